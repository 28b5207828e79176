import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { alignKeypoints } from '#shared/matching/keypoints/align-keypoints.ts';
import { keypointsOf } from '#shared/matching/keypoints/keypoints.ts';
import { greyOf } from '#shared/matching/registration/grey-image.ts';
import { perspective } from '../../eval/perspective.ts';
import { PHOTOGRAPHS } from '../../fixtures/photographs.ts';
import { rasterOf, sizedPhotograph } from '../../fixtures/rasters.ts';

const [WIDTH, HEIGHT] = [480, 360];

const original = (index: number): Promise<Buffer> => sizedPhotograph(index, WIDTH, HEIGHT);

async function keypoints(image: Sharp) {
  const raster = await rasterOf(await image.png().toBuffer());
  return { ...keypointsOf(greyOf(raster)), width: raster.width, height: raster.height };
}

/** Aligns an edit of a photograph with it. */
async function aligned(edit: (image: Sharp) => Sharp, of = 0) {
  const bytes = await original(of);
  const edited = await edit(sharp(bytes)).png().toBuffer();
  const [best] = alignKeypoints(await keypoints(sharp(edited)), await keypoints(sharp(bytes)));
  return best;
}

const [LEFT, TOP, THIRD_WIDTH, THIRD_HEIGHT] = [200, 130, 160, 120];
const EDITS: [string, (image: Sharp) => Sharp, Quad][] = [
  [
    'a crop to a third of each side',
    (image) => image.extract({ left: LEFT, top: TOP, width: THIRD_WIDTH, height: THIRD_HEIGHT }),
    [
      { x: LEFT / WIDTH, y: TOP / HEIGHT },
      { x: (LEFT + THIRD_WIDTH) / WIDTH, y: TOP / HEIGHT },
      { x: (LEFT + THIRD_WIDTH) / WIDTH, y: (TOP + THIRD_HEIGHT) / HEIGHT },
      { x: LEFT / WIDTH, y: (TOP + THIRD_HEIGHT) / HEIGHT },
    ],
  ],
  [
    'a quarter turn',
    (image) => image.rotate(90),
    [
      { x: 0, y: 1 },
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 1, y: 1 },
    ],
  ],
  [
    'a mirror image of half the size',
    (image) => image.flop().resize(WIDTH / 2),
    [
      { x: 1, y: 0 },
      { x: 0, y: 0 },
      { x: 0, y: 1 },
      { x: 1, y: 1 },
    ],
  ],
];

describe('alignKeypoints', () => {
  test.each(EDITS)('finds where %s lies', async (_name, edit, quad) => {
    const found = await aligned(edit);
    for (const [corner, { x, y }] of quad.entries()) {
      expect(Math.abs((found?.quad[corner]?.x ?? Number.NaN) - x)).toBeLessThan(0.02);
      expect(Math.abs((found?.quad[corner]?.y ?? Number.NaN) - y)).toBeLessThan(0.02);
    }
  });

  test('finds what was turned by an odd angle and made smaller', async () => {
    const found = await aligned((image) => image.rotate(30, { background: '#000000' }).resize(300));
    expect(found?.inliers).toBeGreaterThan(15);
  });

  test('finds the corners of another perspective', async () => {
    const bytes = await original(0);
    const raster = await rasterOf(bytes);
    const quad = [
      [0.12, 0.08],
      [0.9, 0.02],
      [0.98, 0.94],
      [0.05, 0.99],
    ] as const;
    const data = perspective({ ...raster, channels: 3 }, quad);
    const { width, height } = raster;
    const seen = { ...keypointsOf(greyOf({ width, height, data })), width, height };
    const [best] = alignKeypoints(seen, await keypoints(sharp(bytes)));
    for (const [corner, [x, y]] of quad.entries()) {
      expect(Math.abs((best?.quad[corner]?.x ?? Number.NaN) - x)).toBeLessThan(0.01);
      expect(Math.abs((best?.quad[corner]?.y ?? Number.NaN) - y)).toBeLessThan(0.01);
    }
  });

  test('finds nothing in common between different photographs', async () => {
    const all = await Promise.all(
      PHOTOGRAPHS.map(async (_, index) => keypoints(sharp(await original(index)))),
    );
    const pairs = all.flatMap((one, at) => all.slice(at + 1).map((other) => alignKeypoints(one, other)));
    expect(pairs.flat()).toEqual([]);
  });

  test('finds nothing in an image without detail', async () => {
    const plain = await keypoints(
      sharp({ create: { width: 300, height: 200, channels: 3, background: '#88aacc' } }),
    );
    expect(plain.count).toBe(0);
    expect(alignKeypoints(plain, await keypoints(sharp(await original(0))))).toEqual([]);
  });
});
