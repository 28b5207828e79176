import { DeepLens } from '@deeplens/sdk';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { searchDuplicates } from '#shared/contracts/http/duplicates.ts';
import { type Client, eventually, newTenant, settled, upload } from '../e2e/client.ts';
import { readStack } from '../e2e/stack.ts';
import { edits } from '../fixtures/edits.ts';
import { photograph } from '../fixtures/photographs.ts';
import { consoleUrl, openedConsole } from './console-page.ts';

const open = openedConsole();
/** Of the overlay's corners, in pixels of the screen. */
const TOLERANCE = 2;

let owner: Client;
let stored: string;
beforeAll(async () => {
  owner = await newTenant('console-search');
  stored = await upload(owner, await photograph('allium-oreophilum'), { filename: 'allium.jpg' });
  const home = await photograph('dust-bowl-home');
  const first = await upload(owner, home, { filename: 'home.jpg', metadata: { shop: 'north' } });
  const other = await upload(owner, await edits.jpeg20(home), { filename: 'again.jpg' });
  for (const image of [stored, first, other]) await settled(owner, image);
});

/** Drops a picture on the page, as from a folder. */
async function drop(page: Page, bytes: Buffer): Promise<void> {
  const transfer = await page.evaluateHandle(async (base64) => {
    const reply = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([reply], 'query.jpg', { type: 'image/jpeg' }));
    return data;
  }, bytes.toString('base64'));
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

/** Returns where a polygon's corners are on the screen, and the box of the picture below it. */
const onScreen = (figure: Locator) =>
  figure.evaluate((element) => {
    const polygon = element.querySelector<SVGPolygonElement>('polygon.quad');
    const box = element.querySelector('img')?.getBoundingClientRect();
    const matrix = polygon?.getScreenCTM();
    if (!polygon || !box || !matrix) throw new Error('There is no polygon on a picture.');
    const corners = Array.from(polygon.points, (point) => point.matrixTransform(matrix));
    return {
      corners: corners.map(({ x, y }) => ({ x, y })),
      box: { x: box.x, y: box.y, width: box.width, height: box.height },
    };
  });

it.each(['crop70', 'mirrored', 'turned10'] as const)(
  'draws on the stored picture where a dropped %s of it lies, as the API says',
  async (edit) => {
    const bytes = await edits[edit](await photograph('allium-oreophilum'));
    const api = new DeepLens({ baseUrl: readStack().api_url, apiKey: owner.key });
    const { results } = await api.search.similarity({ file: new Blob([new Uint8Array(bytes)]) });
    const quad = results.find(({ image_id }) => image_id === stored)?.reason.alignment?.quad;
    expect(quad).toHaveLength(4);

    const page = await open(owner.key);
    await drop(page, bytes);
    const figure = page.locator('figure').filter({ hasText: 'In the library' });
    await figure.locator('polygon.quad').waitFor();
    await figure.locator('img').evaluate((image: HTMLImageElement) => image.decode());
    const { corners, box } = await onScreen(figure);
    for (const [index, corner] of quad?.entries() ?? []) {
      expect(Math.abs((corners[index]?.x ?? 0) - (box.x + corner.x * box.width))).toBeLessThan(TOLERANCE);
      expect(Math.abs((corners[index]?.y ?? 0) - (box.y + corner.y * box.height))).toBeLessThan(TOLERANCE);
    }
    await page.getByText('The same picture').first().waitFor();
    for (const mode of ['Swipe', 'Blink', 'Difference']) {
      await page.getByRole('button', { name: mode }).click();
      await page.getByAltText('Your picture, aligned').waitFor({ state: 'attached' });
    }
  },
);

it('finds like a stored picture, and shows the search as code', async () => {
  const page = await open(owner.key);
  await page.goto(new URL(`/search?image=${stored}`, readStack().api_url).href);
  await page.getByText(/\d results? in/).waitFor();
  await page.getByRole('button', { name: 'Show as code' }).click();
  await expect(page.getByRole('dialog').locator('pre').textContent()).resolves.toContain(
    `"image_id":"${stored}"`,
  );
});

it('shows one of each duplicate group, and leads to the group', async () => {
  const page = await open(owner.key);
  await drop(page, await photograph('dust-bowl-home'));
  await page.getByText(/^2 results in/).waitFor();
  await eventually(
    () => owner.call(searchDuplicates, { body: { scope: 'all' } }),
    ({ body }) => body.groups.length === 1,
  );
  await page.getByLabel('One of each duplicate group').check();
  await page.getByText(/^1 result in/).waitFor();
  await page.getByText('One of 2:').waitFor();
  await page.getByRole('link', { name: 'its group' }).click();
  await page.waitForURL(/duplicates\?group=grp_/);
});

it('searches among the pictures that a filter leaves, and for a part that is dragged', async () => {
  const page = await open(owner.key);
  await page.goto(consoleUrl(`/search?metadata=shop%3Dnorth`));
  await page.getByText('Filters, 1').waitFor();
  await drop(page, await photograph('dust-bowl-home'));
  await page.getByText(/^1 result in/).waitFor();
  await page.getByRole('link', { name: 'home.jpg' }).waitFor();
  await page.getByRole('button', { name: 'Without filters' }).click();
  await page.getByText(/^2 results in/).waitFor();

  const box = await page.getByAltText('The query').boundingBox();
  if (!box) throw new Error('The query is not shown.');
  await page.mouse.move(box.x + 0.2 * box.width, box.y + 0.2 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.9 * box.width, box.y + 0.9 * box.height, { steps: 3 });
  await page.mouse.up();
  await page.getByText('Searches for the marked part.').waitFor();
  const region = new URL(page.url()).searchParams.get('region')?.split(',').map(Number) ?? [];
  for (const [index, side] of [0.2, 0.2, 0.7, 0.7].entries())
    expect(Math.abs((region[index] ?? 0) - side)).toBeLessThan(0.02);
  await page.getByRole('link', { name: 'home.jpg' }).waitFor();
});

it('does not blink where a person wants no motion', async () => {
  const blinks = async (reducedMotion: 'reduce' | 'no-preference') => {
    const page = await open(owner.key, { reducedMotion });
    await drop(page, await edits.crop70(await photograph('allium-oreophilum')));
    await page.getByRole('button', { name: 'Blink' }).click();
    const shown = page.getByAltText('Your picture, aligned');
    await shown.waitFor();
    return shown.waitFor({ state: 'hidden', timeout: 3_000 }).then(
      () => true,
      () => false,
    );
  };
  expect(await blinks('no-preference')).toBe(true);
  expect(await blinks('reduce')).toBe(false);
});
