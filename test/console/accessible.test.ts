import AxeBuilder from '@axe-core/playwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Client, newTenant, settled, upload } from '../e2e/client.ts';
import { photograph } from '../fixtures/photographs.ts';
import { consoleUrl, openedConsole } from './console-page.ts';

const open = openedConsole();
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

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  it.each([1280, 390])('has no finding of axe at %i pixels', async (width) => {
    const page = await open(owner.key, { colorScheme, viewport: { width, height: 900 } });
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
    ];
    for (const path of paths) {
      await page.goto(consoleUrl(path));
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(
        ({ id, nodes }) => `${path} ${id}: ${nodes.map(({ html }) => html).join(' ')}`,
      );
      expect(found).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
    }
  });
});
