import { ulid } from 'ulid';
import { expect, it } from 'vitest';
import { readStack } from '../e2e/stack.ts';
import { addPerson, PASSWORD } from '../fixtures/sign-in.ts';
import { consoleUrl, openedConsole } from './console-page.ts';

// Chromium itself reports that the emulator's page has no icon.
const open = openedConsole(/status of 404/);
const PAGES = ['Tenants', 'Capacity', 'Jobs', 'Switches', 'Audit'];

it('lets an operator of no tenant see its own pages, refused in none, and make and suspend a tenant', async () => {
  const username = await addPerson(readStack().emulator_url, { groups: ['SystemAdmin'] });
  const page = await open(undefined);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(consoleUrl('/'));
  await page.getByRole('button', { name: 'Sign in with your account' }).click();
  await page.locator('input[name=username]').fill(username);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('[type=submit]').first().click();
  await page.getByRole('heading', { level: 1, name: 'Tenants' }).waitFor();
  const refused: string[] = [];
  page.on('response', (reply) => {
    if (reply.status() >= 400) refused.push(`${reply.status()} ${reply.url()}`);
  });
  const links = page.getByRole('navigation').getByRole('link');
  expect(await links.allTextContents()).toEqual(PAGES);
  for (const name of PAGES) {
    await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.getByText('You act as the operator, on all tenants').waitFor();
    await page.waitForLoadState('networkidle');
  }

  const id = `console-${ulid().toLowerCase()}`;
  await page.getByRole('link', { name: 'Tenants' }).click();
  await page.getByRole('button', { name: 'New tenant…' }).click();
  await page.getByLabel('Id, which stays').fill(id);
  await page.getByLabel('Name', { exact: true }).fill('Made by a test');
  await page.getByRole('button', { name: 'Make the tenant' }).click();
  const key = page.getByRole('dialog', { name: 'The new key' });
  await key.getByRole('button', { name: 'Copy', exact: true }).click();
  await key.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('link', { name: id }).click();
  await page.getByRole('heading', { level: 1, name: id }).waitFor();
  await page.getByText(`the tenant ${id}`).waitFor();
  await page.getByLabel('searches a minute now').fill('7');
  await page.getByRole('button', { name: 'Save the limits' }).click();
  await page.getByText('searches a minute now 7').waitFor();
  await page.getByRole('button', { name: 'Suspend…' }).click();
  const suspend = page.getByRole('dialog', { name: `Suspend ${id}` });
  await suspend.getByRole('textbox').fill(id);
  await suspend.getByRole('button', { name: 'Suspend', exact: true }).click();
  await page.getByText('suspended', { exact: true }).waitFor();

  await page.getByRole('link', { name: 'its entries in the audit log' }).click();
  await page.getByText('changeTenant').waitFor();
  await page.getByText('putLimits').waitFor();
  expect(refused).toEqual([]);
});
