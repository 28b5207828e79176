import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { type Client, newTenant, settled, upload } from '../e2e/client.ts';
import { photograph } from '../fixtures/photographs.ts';
import { consoleUrl, newPerson, openedConsole, signInAtPool } from './console-page.ts';

// Chromium itself reports that the emulator's page has no icon.
const open = openedConsole(/status of 404/);
const SCHEMES = ['light', 'dark'] as const;
const WIDTHS = [1280, 390];

let owner: Client;
let image: string;
beforeAll(async () => {
  owner = await newTenant('console-accessible');
  const bytes = await photograph('nagasaki-boats');
  const images = [
    await upload(owner, bytes, { filename: 'a.jpg' }),
    await upload(owner, bytes, { filename: 'b.jpg' }),
  ];
  for (const each of images) await settled(owner, each);
  image = images[0] ?? '';
});

/** Returns what is wrong with what a page shows, in each scheme and at each width. */
async function findingsOn(page: Page, place: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of SCHEMES)
    for (const width of WIDTHS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      const seen = `${place}, ${colorScheme}, ${width} pixels`;
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, nodes } of violations)
        found.push(`${seen}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) found.push(`${seen}: scrolls sideways by ${overflow} pixels`);
    }
  return found;
}

async function visited(page: Page, path: string): Promise<string[]> {
  await page.goto(consoleUrl(path));
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  return findingsOn(page, path);
}

it('asks for a sign-in without a finding of axe', async () => {
  expect(await visited(await open(undefined), '/')).toEqual([]);
});

it('has no finding of axe on a tenant’s pages, in light and dark, wide and narrow', async () => {
  const page = await open(owner.key);
  const paths = [
    '/search',
    `/search?image=${image}&threshold=0`,
    '/duplicates',
    '/duplicates?view=table',
    '/library',
    `/library/${image}`,
    '/upload',
    '/pipeline',
    '/usage',
    '/keys',
    '/storage',
    '/people',
    '/webhooks',
    '/settings',
    '/audit',
  ];
  for (const path of paths) expect(await visited(page, path)).toEqual([]);
});

it.each([
  [() => `/search?image=${image}`, 'Show as code'],
  [() => `/library/${image}`, 'Delete…'],
  [() => '/duplicates', 'Keys'],
  [() => '/keys', 'New key…'],
  [() => '/webhooks', 'New webhook…'],
])('has none in a dialog, which gives the focus back', async (path, name) => {
  const page = await open(owner.key);
  await page.goto(consoleUrl(path()));
  const button = page.getByRole('button', { name });
  await button.click();
  await page.getByRole('dialog').waitFor();
  expect(await findingsOn(page, name)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
});

it('has none in the wizard of a storage location', async () => {
  const page = await open(owner.key);
  await page.goto(consoleUrl('/storage'));
  await page.getByRole('button', { name: 'Add a location…' }).click();
  for (const provider of ['Amazon S3, by a role', 'A server that speaks S3', 'Google Cloud Storage']) {
    await page.getByRole('button', { name: provider }).click();
    await page.getByRole('heading', { name: '3. Open it' }).waitFor();
    expect(await findingsOn(page, provider)).toEqual([]);
  }
});

it('has none on the operator’s pages', async () => {
  const page = await open(undefined);
  await page.goto(consoleUrl('/'));
  await signInAtPool(page, await newPerson({ groups: ['SystemAdmin'] }));
  for (const name of ['Tenants', 'Capacity', 'Jobs', 'Switches', 'Audit']) {
    await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await findingsOn(page, name)).toEqual([]);
  }
  await page.getByRole('link', { name: 'Tenants' }).click();
  await page.getByRole('link', { name: owner.tenant, exact: true }).click();
  await page.getByRole('heading', { name: 'Limits' }).waitFor();
  await page.waitForLoadState('networkidle');
  expect(await findingsOn(page, 'a tenant')).toEqual([]);
});
