import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { findPastedImage } from '#shared/matching/geometry/pasted-image.ts';
import { PHOTOGRAPHS } from '../../fixtures/photographs.ts';
import { rasterOf, sizedPhotograph } from '../../fixtures/rasters.ts';

describe('findPastedImage', () => {
  test.each([
    [120, 90],
    [0, 60],
    [250, 180],
  ])('finds a photograph that lies at %d, %d in another one', async (left, top) => {
    const [width, height] = [220, 170];
    const input = await sizedPhotograph(1, width, height);
    const page = await sharp(await sizedPhotograph(0, 512, 384))
      .composite([{ input, left, top }])
      .jpeg({ quality: 88 })
      .toBuffer();
    const found = findPastedImage(await rasterOf(page));
    expect(Math.abs((found?.x ?? 1) - left / 512)).toBeLessThan(0.03);
    expect(Math.abs((found?.y ?? 1) - top / 384)).toBeLessThan(0.03);
    expect(Math.abs((found?.width ?? 0) - width / 512)).toBeLessThan(0.05);
    expect(Math.abs((found?.height ?? 0) - height / 384)).toBeLessThan(0.05);
  });

  test('finds one in few photographs that show none', async () => {
    const all = await Promise.all(
      PHOTOGRAPHS.map(async (_, index) =>
        findPastedImage(await rasterOf(await sizedPhotograph(index, 512, 384))),
      ),
    );
    expect(all.filter((found) => found !== undefined).length).toBeLessThanOrEqual(1);
  });
});
