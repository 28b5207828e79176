import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { findCrops } from '#shared/matching/registration/find-crop.ts';
import { greyOf, shrunkGrey } from '#shared/matching/registration/grey-image.ts';
import { inverseQuad, uprightQuad } from '#shared/matching/registration/quad-transform.ts';
import { PHOTOGRAPHS } from '../../fixtures/photographs.ts';
import { rasterOf, sizedPhotograph } from '../../fixtures/rasters.ts';

const [WIDTH, HEIGHT] = [480, 360];
/** In shares of both sides. */
const CROPS = [
  { left: 0.4, top: 0.36, side: 1 / 3 },
  { left: 0.1, top: 0.5, side: 0.45 },
];
const coarse = async (bytes: Uint8Array) => shrunkGrey(await rasterOf(bytes), 128);

async function cropOf(photograph: Uint8Array, { left, top, side }: (typeof CROPS)[number]) {
  const rect = { left: left * WIDTH, top: top * HEIGHT, width: side * WIDTH, height: side * HEIGHT };
  const whole = { left: Math.round(rect.left), top: Math.round(rect.top) };
  const size = { width: Math.round(rect.width), height: Math.round(rect.height) };
  return await coarse(
    await sharp(photograph)
      .extract({ ...whole, ...size })
      .jpeg({ quality: 80 })
      .toBuffer(),
  );
}

const furthest = (quad: Quad | undefined, expected: Quad): number =>
  Math.max(
    ...expected.map(({ x, y }, corner) =>
      Math.hypot((quad?.[corner]?.x ?? 9) - x, (quad?.[corner]?.y ?? 9) - y),
    ),
  );

describe('findCrops', () => {
  for (const crop of CROPS)
    test(`finds a crop to ${crop.side.toFixed(2)} of each side, from either end`, async () => {
      const { left, top, side } = crop;
      const place = uprightQuad(left, top, left + side, top + side);
      const photograph = await sizedPhotograph(0, WIDTH, HEIGHT);
      const [cut, whole] = [await cropOf(photograph, crop), await coarse(photograph)];
      expect(furthest(findCrops(cut, whole)[0], place)).toBeLessThan(0.06);
      expect(furthest(inverseQuad(findCrops(whole, cut)[0] ?? place), place)).toBeLessThan(0.06);
    });

  test('finds nothing in other photographs, nor of a plain image', async () => {
    const [first, ...others] = await Promise.all(
      PHOTOGRAPHS.map((_, index) => sizedPhotograph(index, WIDTH, HEIGHT)),
    );
    if (!first) throw new Error('There are no photographs.');
    const cut = await cropOf(first, { left: 0.4, top: 0.36, side: 1 / 3 });
    for (const other of others) expect(findCrops(cut, await coarse(other))).toEqual([]);
    const plain = { width: 60, height: 40, channels: 3 as const, background: '#336699' };
    const blank = greyOf(await rasterOf(await sharp({ create: plain }).png().toBuffer()));
    expect(findCrops(blank, await coarse(first))).toEqual([]);
  });
});
