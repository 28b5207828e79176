import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Raster } from '#shared/imaging/raster.ts';
import { findPastedImage } from '#shared/matching/geometry/pasted-image.ts';
import { PHOTOGRAPHS, photograph } from '../../fixtures/photographs.ts';

const sized = (index: number, width: number, height: number): Promise<Buffer> =>
  sharp(photograph(PHOTOGRAPHS[index] ?? PHOTOGRAPHS[0]))
    .resize(width, height, { fit: 'cover' })
    .removeAlpha()
    .png()
    .toBuffer();

const raster = async (bytes: Buffer): Promise<Raster> => {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
};

describe('findPastedImage', () => {
  test.each([
    [120, 90],
    [0, 60],
    [250, 180],
  ])('finds a photograph that lies at %d, %d in another one', async (left, top) => {
    const [width, height] = [220, 170];
    const input = await sized(1, width, height);
    const page = await sharp(await sized(0, 512, 384))
      .composite([{ input, left, top }])
      .jpeg({ quality: 88 })
      .toBuffer();
    const found = findPastedImage(await raster(page));
    expect(Math.abs((found?.x ?? 1) - left / 512)).toBeLessThan(0.03);
    expect(Math.abs((found?.y ?? 1) - top / 384)).toBeLessThan(0.03);
    expect(Math.abs((found?.width ?? 0) - width / 512)).toBeLessThan(0.05);
    expect(Math.abs((found?.height ?? 0) - height / 384)).toBeLessThan(0.05);
  });

  test('finds one in few photographs that show none', async () => {
    const all = await Promise.all(
      PHOTOGRAPHS.map(async (_, index) => findPastedImage(await raster(await sized(index, 512, 384)))),
    );
    expect(all.filter((found) => found !== undefined).length).toBeLessThanOrEqual(1);
  });
});
