import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Raster } from '#shared/imaging/raster.ts';
import { greyOf, longerSide, shrunk, shrunkGrey } from '#shared/matching/registration/grey-image.ts';

const pictures = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.infiniteStream(fc.nat(255)))
  .map(
    ([width, height, bytes]): Raster => ({
      ...{ width, height },
      data: Uint8Array.from(bytes.take(3 * width * height)),
    }),
  );
const side = fc.integer({ min: 1, max: 50 });

describe('a smaller picture', () => {
  it('is the same whether it is made grey before or while it is made smaller', () => {
    fc.assert(
      fc.property(pictures, side, (picture, longest) => {
        const [before, meanwhile] = [shrunk(greyOf(picture), longest), shrunkGrey(picture, longest)];
        expect([meanwhile.width, meanwhile.height]).toEqual([before.width, before.height]);
        for (const [at, value] of meanwhile.data.entries())
          expect(value).toBeCloseTo(before.data[at] ?? -1, 3);
      }),
    );
  });

  it('has its longer side as asked, is never enlarged, and is as bright as the picture where each pixel stands for as many', () => {
    fc.assert(
      fc.property(pictures, side, (picture, longest) => {
        const grey = greyOf(picture);
        const smaller = shrunk(grey, longest);
        expect(longerSide(smaller)).toBe(Math.min(longest, longerSide(picture)));
        const mean = (data: Float32Array) => data.reduce((sum, value) => sum + value, 0) / data.length;
        const even = picture.width % smaller.width === 0 && picture.height % smaller.height === 0;
        if (even) expect(mean(smaller.data)).toBeCloseTo(mean(grey.data), 1);
      }),
    );
  });
});
