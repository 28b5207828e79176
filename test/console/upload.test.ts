import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeepLens } from '@deeplens/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, newTenant } from '../e2e/client.ts';
import { readStack } from '../e2e/stack.ts';
import { distinctPhotographs } from '../fixtures/photographs.ts';
import { consoleUrl, enterKey, openedConsole, refusalsOf } from './console-page.ts';

const open = openedConsole();
const FILES = 300;
const BROKEN = 5;
/** On two cores an image takes a second, and the emulator starts processes besides. */
const INDEXING_MS = 900_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deeplens-console-'));
  for (const [n, picture] of (await distinctPhotographs(FILES, 9)).entries()) {
    const bytes = n % (FILES / BROKEN) === 7 ? Buffer.from(`no picture ${n}`) : picture;
    await writeFile(join(folder, `${String(n).padStart(3, '0')}.jpg`), bytes);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('goes on where a closed tab left off, sends no file twice, and groups what failed', async () => {
  const { key } = await newTenant('console-upload');
  const first = await open(key);
  await first.goto(consoleUrl('/upload'));
  await first.getByLabel('Folder').setInputFiles(folder);
  await first.getByText(new RegExp(`1[0-9]{2} of ${FILES} files sent`)).waitFor({ timeout: 300_000 });
  // The key is of the tab, the ledger of the browser: the next tab asks for the key again.
  const second = await first.context().newPage();
  await first.close();
  await second.goto(consoleUrl('/upload'));
  await enterKey(second, key);
  await second.getByText(/broken off after 1[0-9]{2} of 300 files/).waitFor();
  await second.getByLabel('Folder').setInputFiles(folder);
  await second.getByText(`${FILES} of ${FILES} files sent`).waitFor({ timeout: 400_000 });

  const api = new DeepLens({ baseUrl: readStack().api_url, apiKey: key });
  // An image is pending until the service has seen its file; forms that the first tab did not use stay so.
  const arrived = async () =>
    (await api.images.list({ limit: 100 }).toArray({ limit: 2 * FILES }))
      .filter(({ status }) => status !== 'pending_upload')
      .map(({ file_path }) => file_path);
  const sent = await eventually(arrived, ({ length }) => length >= FILES, INDEXING_MS);
  expect(sent).toHaveLength(FILES);
  expect(new Set(sent).size).toBe(FILES);

  await second.getByText(`${BROKEN} files:`).waitFor({ timeout: INDEXING_MS });
  await second.getByText('unreadable_image').or(second.getByText('unsupported_media_type')).first().waitFor();
});

it('says what a key for uploading alone cannot see, and asks for none of it', async () => {
  const { key } = await newTenant('console-upload-alone');
  const api = new DeepLens({ baseUrl: readStack().api_url, apiKey: key });
  const { api_key } = await api.keys.create({ name: 'upload', scopes: ['deeplens.upload'] });
  const page = await open(api_key);
  const refused = refusalsOf(page);
  await page.getByLabel('Pictures').setInputFiles(join(folder, '000.jpg'));
  await page.getByRole('heading', { name: 'Done' }).waitFor();
  await page.getByText('1 of 1 file sent').waitFor();
  await page.getByText('can be seen with the scope deeplens.search').waitFor();
  expect(refused).toEqual([]);
});
