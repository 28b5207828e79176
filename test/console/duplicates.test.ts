import { beforeAll, expect, it } from 'vitest';
import { searchDuplicates } from '#shared/contracts/http/duplicates.ts';
import { type Client, eventually, newTenant, settled, upload } from '../e2e/client.ts';
import { edits } from '../fixtures/edits.ts';
import { photograph } from '../fixtures/photographs.ts';
import { openedConsole } from './console-page.ts';

const open = openedConsole();
const undecided = { body: { scope: 'all', decided: false } } as const;

let owner: Client;
beforeAll(async () => {
  owner = await newTenant('console-groups');
  const cat = await photograph('locomotion-house-cat');
  const boats = await photograph('nagasaki-boats');
  const files = [cat, await edits.jpeg20(cat), boats, boats];
  const images: string[] = [];
  for (const [n, bytes] of files.entries()) images.push(await upload(owner, bytes, { filename: `${n}.jpg` }));
  for (const image of images) await settled(owner, image);
  await eventually(
    () => owner.call(searchDuplicates, undecided),
    ({ body }) => body.groups.length === 2,
  );
});

it('stores what is decided by keyboard before the group leaves; undo brings it back', async () => {
  const page = await open(owner.key);
  await page.getByRole('link', { name: 'Duplicates' }).click();
  await page.getByText('0 of 2 decided').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(/group=grp_/);
  await page.keyboard.press('2');
  await page.getByRole('button', { name: /2\s*Keep$/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('1 of 2 decided').waitFor();
  expect((await owner.call(searchDuplicates, undecided)).body.total_groups).toBe(1);

  await page.keyboard.press('u');
  await page.getByText('0 of 2 decided').waitFor();
  expect((await owner.call(searchDuplicates, undecided)).body.total_groups).toBe(2);

  await page.keyboard.press('a');
  await page.getByText('1 of 2 decided').waitFor();
  await page.reload();
  await page.getByText('0 of 1 decided').waitFor();

  await page.getByRole('link', { name: 'As a table' }).click();
  await page.getByRole('button', { name: 'Decided', exact: true }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await eventually(
    () => owner.call(searchDuplicates, undecided),
    ({ body }) => body.total_groups === 2,
  );
});

it('takes suggestions of exact groups alone at once, and deletes the others by a second step', async () => {
  const page = await open(owner.key);
  await page.getByRole('link', { name: 'Duplicates' }).click();
  await page.getByRole('link', { name: 'As a table' }).click();
  await page.getByRole('button', { name: 'Select 1 exact group' }).click();
  await page.getByRole('button', { name: /Keep the suggestion of 1 group/ }).click();
  await page.getByText('Decided', { exact: true }).nth(1).waitFor();
  await page.getByRole('button', { name: 'Delete them…' }).click();
  await page.getByRole('button', { name: 'Delete 1 picture' }).click();
  await page.getByText('1 picture deleted.').waitFor();
  const { groups } = (await owner.call(searchDuplicates, { body: { scope: 'all' } })).body;
  expect(groups.map(({ verdict }) => verdict)).toEqual(['edited_copy']);
});

it('lists every key that it obeys', async () => {
  const page = await open(owner.key);
  await page.getByRole('link', { name: 'Duplicates' }).click();
  await page.getByText(/of 1 decided/).waitFor();
  await page.keyboard.press('?');
  const legend = page.getByRole('dialog', { name: 'Keys' });
  for (const key of ['Enter', 'A', 'N', 'U', 'Z', '1 – 6'])
    await legend.getByText(key, { exact: true }).waitFor();
});
