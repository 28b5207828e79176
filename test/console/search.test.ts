import { DeepLens } from '@deeplens/sdk';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { type Client, newTenant, settled, upload } from '../e2e/client.ts';
import { readStack } from '../e2e/stack.ts';
import { edits } from '../fixtures/edits.ts';
import { photograph } from '../fixtures/photographs.ts';
import { openedConsole } from './console-page.ts';

const open = openedConsole();
/** Of the overlay's corners, in pixels of the screen. */
const TOLERANCE = 2;

let owner: Client;
let stored: string;
beforeAll(async () => {
  owner = await newTenant('console-search');
  stored = await upload(owner, await photograph('allium-oreophilum'), { filename: 'allium.jpg' });
  await settled(owner, stored);
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
