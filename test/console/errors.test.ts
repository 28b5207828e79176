import { expect, it } from 'vitest';
import { newTenant } from '../e2e/client.ts';
import { consoleUrl, openedConsole } from './console-page.ts';

// Chromium itself reports each refusal.
const open = openedConsole(/status of (403|404)/);

it('says why a search is refused, with its correlation id', async () => {
  const { key } = await newTenant('console-errors');
  const page = await open(key);
  await page.goto(consoleUrl('/search?image=img_01ARZ3NDEKTSV4RRFFQ69G5FAV'));
  const alert = page.getByRole('alert');
  await alert.getByText('not_found').waitFor();
  await alert.getByText('Correlation id').waitFor();
});

it('says that a key is wrong, and keeps none', async () => {
  const { key } = await newTenant('console-sign-in');
  const page = await open(key);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').fill(`${key}x`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').getByText('invalid_api_key').waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});
