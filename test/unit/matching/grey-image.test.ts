import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Raster } from '#shared/imaging/raster.ts';
import { greyOf, longerSide, shrunk, shrunkGrey } from '#shared/matching/registration/grey-image.ts';

const images = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.infiniteStream(fc.nat(255)))
  .map(
    ([width, height, bytes]): Raster => ({
      ...{ width, height },
      data: Uint8Array.from(bytes.take(3 * width * height)),
    }),
  );
const side = fc.integer({ min: 1, max: 50 });

describe('a reduced image', () => {
  it('is the same whether converted to grey before or during reduction', () => {
    fc.assert(
      fc.property(images, side, (image, longest) => {
        const [before, during] = [shrunk(greyOf(image), longest), shrunkGrey(image, longest)];
        expect([during.width, during.height]).toEqual([before.width, before.height]);
        for (const [at, value] of during.data.entries()) expect(value).toBeCloseTo(before.data[at] ?? -1, 3);
      }),
    );
  });

  it('has the requested longer side, is never enlarged, and keeps the mean brightness if it divides the size', () => {
    fc.assert(
      fc.property(images, side, (image, longest) => {
        const grey = greyOf(image);
        const smaller = shrunk(grey, longest);
        expect(longerSide(smaller)).toBe(Math.min(longest, longerSide(image)));
        const mean = (data: Float32Array) => data.reduce((sum, value) => sum + value, 0) / data.length;
        const even = image.width % smaller.width === 0 && image.height % smaller.height === 0;
        if (even) expect(mean(smaller.data)).toBeCloseTo(mean(grey.data), 1);
      }),
    );
  });
});
