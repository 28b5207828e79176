import { beforeAll, expect, it } from 'vitest';
import { listImages } from '#shared/contracts/http/images.ts';
import { type Client, newTenant, settled, upload } from '../e2e/client.ts';
import { photograph } from '../fixtures/photographs.ts';
import { openedConsole } from './console-page.ts';

const open = openedConsole();
const NAMES = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'];

let owner: Client;
beforeAll(async () => {
  owner = await newTenant('console-library');
  const bytes = await photograph('dust-bowl-home');
  const images: string[] = [];
  for (const filename of NAMES)
    images.push(await upload(owner, bytes, { filename, external_id: `id-${filename}` }));
  for (const image of images) await settled(owner, image);
});

const left = async () =>
  (await owner.call(listImages, {})).body.images.map(({ file_path }) => file_path).sort();

it('finds a picture by the tenant’s own id, and deletes it with a receipt', async () => {
  const page = await open(owner.key);
  await page.getByRole('link', { name: 'Library' }).click();
  await page.getByRole('searchbox', { name: 'External id' }).fill('id-d.jpg');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.waitForURL(/external_id/);
  await page.getByRole('link', { name: 'd.jpg' }).click();
  await page.getByRole('button', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete d.jpg' });
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await dialog.getByText('vectors').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('heading', { name: 'Library' }).waitFor();
  expect(await left()).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
});

it('deletes those that are selected, at once', async () => {
  const page = await open(owner.key);
  await page.getByRole('link', { name: 'Library' }).click();
  await page.getByRole('button', { name: 'Select' }).click();
  await page.getByRole('checkbox', { name: 'a.jpg' }).check();
  await page.getByRole('checkbox', { name: 'c.jpg' }).check();
  await page.getByText('2 pictures selected').waitFor();
  await page.getByRole('button', { name: 'Delete them…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete 2 pictures' });
  await dialog.getByRole('button', { name: 'Delete 2 pictures' }).click();
  await dialog.getByText('2 pictures deleted.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('link', { name: 'a.jpg' }).waitFor({ state: 'detached' });
  expect(await page.locator('.library-item').count()).toBe(1);
  expect(await left()).toEqual(['b.jpg']);
});
