import AxeBuilder from '@axe-core/playwright';
import { beforeAll, expect, it } from 'vitest';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import { type Client, newTenant, settled, upload } from '../e2e/client.ts';
import { photograph } from '../fixtures/photographs.ts';
import { consoleUrl, openedConsole } from './console-page.ts';

const open = openedConsole();
let owner: Client;
beforeAll(async () => {
  owner = await newTenant('console-operate');
});

it('shows depth, age and rate of each stage, detection of duplicates too', async () => {
  const page = await open(owner.key);
  await page.goto(consoleUrl('/pipeline'));
  const cells = (stage: string) =>
    page.getByRole('row', { name: new RegExp(`^${stage} `) }).getByRole('cell');
  await cells('duplicates').first().waitFor();
  for (const stage of ['validation', 'embedding', 'indexing', 'duplicates'])
    expect((await cells(stage).allTextContents()).slice(0, 3)).toEqual(['0', '–', '0.00']);
  const bytes = await photograph('nagasaki-boats');
  await settled(owner, await upload(owner, bytes, { filename: 'a.jpg' }));
  await cells('duplicates')
    .filter({ hasText: /^0\.\d*[1-9]\d*$/ })
    .waitFor(); // it has passed
  expect((await cells('duplicates').allTextContents()).slice(0, 2)).toEqual(['0', '–']);
});

it.each(['light', 'dark'] as const)(
  'shows an Admin the tenant’s own audit entries, %s',
  async (colorScheme) => {
    await owner.call(ownKeys.create, { body: { name: `seen-${colorScheme}`, scopes: ['deeplens.search'] } });
    const page = await open(owner.key, { colorScheme });
    await page.getByRole('navigation').getByRole('link', { name: 'Audit log' }).click();
    await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor();
    const entry = page.getByRole('group').filter({ hasText: 'createKey' }).first();
    await entry.click();
    await entry.getByText(`seen-${colorScheme}`).waitFor();
    expect(await page.getByLabel('Tenant').count()).toBe(0);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

    await page.getByLabel('Operation').fill('nothingLikeIt');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('No entry in that time is like that.').waitFor();
    expect(new URL(page.url()).searchParams.get('action')).toBe('nothingLikeIt');
  },
);
