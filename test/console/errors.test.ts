import { expect, it } from 'vitest';
import { newTenant } from '../e2e/client.ts';
import { consoleUrl, enterKey, openedConsole } from './console-page.ts';

// Chromium itself reports each refusal.
const open = openedConsole(/status of (403|404|429)/);

it('says why a search is refused, and what to do, with its correlation id', async () => {
  const { key } = await newTenant('console-errors');
  const page = await open(key);
  await page.goto(consoleUrl('/search?image=img_01ARZ3NDEKTSV4RRFFQ69G5FAV'));
  const alert = page.getByRole('alert');
  await alert.getByText('not_found').waitFor();
  await alert.getByText('It may have been deleted').waitFor();
  await alert.getByText('Correlation id').waitFor();
});

it('says that a key is wrong, and keeps none', async () => {
  const { key } = await newTenant('console-sign-in');
  const page = await open(key);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await enterKey(page, `${key}x`);
  await page.getByRole('alert').getByText('invalid_api_key').waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

it('counts down after a 429, then asks again by itself', async () => {
  const { key } = await newTenant('console-countdown');
  const page = await open(key);
  let isLimited = true;
  await page.route('**/api/v1/settings', (route) =>
    isLimited
      ? route.fulfill({
          status: 429,
          headers: { 'retry-after': '2' },
          contentType: 'application/problem+json',
          json: { type: 'about:blank', title: 'Limited', status: 429, code: 'rate_limited', detail: 'Wait.' },
        })
      : route.continue(),
  );
  await page.goto(consoleUrl('/settings'));
  await page
    .getByRole('alert')
    .getByText(/Tries again in \d s/)
    .waitFor();
  isLimited = false;
  await page.getByText('Of duplicates, suggest to keep').waitFor();
});
