import { ulid } from 'ulid';
import { expect, it } from 'vitest';
import { consoleUrl, newPerson, openedConsole, refusalsOf, signInAtPool, visitAll } from './console-page.ts';

// Chromium itself reports that the emulator's page has no icon.
const open = openedConsole(/status of 404/);
const PAGES = ['Tenants', 'Capacity', 'Jobs', 'Switches', 'Audit'];

it('lets an operator of no tenant see its own pages, refused in none, and make and suspend a tenant', async () => {
  const page = await open(undefined);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(consoleUrl('/'));
  await signInAtPool(page, await newPerson({ groups: ['SystemAdmin'] }));
  await page.getByRole('heading', { level: 1, name: 'Tenants' }).waitFor();
  const refused = refusalsOf(page);
  expect(await visitAll(page)).toEqual(PAGES);
  await page.getByText('You act as the operator, on all tenants').waitFor();

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
