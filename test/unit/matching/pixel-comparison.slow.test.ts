import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Raster } from '#shared/imaging/raster.ts';
import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { comparePixels, pyramidOf } from '#shared/matching/registration/pixel-comparison.ts';

/** Radians: spreads the waves over all directions. */
const GOLDEN_ANGLE = 2.4;

/** Renders a window of a smooth scene, whose waves are the fainter the finer, as in photographs (Field 1987). */
function render(scene: number, window: { x: number; y: number; scale: number; gain?: number }): Raster {
  const [width, height] = [240, 180];
  const data = new Uint8Array(width * height * 3);
  const brightness = (u: number, v: number): number => {
    let sum = 128;
    for (let wave = 1; wave <= 9; wave++) {
      const direction = GOLDEN_ANGLE * wave + 1.7 * scene * wave ** 2;
      const along = 0.12 * wave * (u * Math.cos(direction) + v * Math.sin(direction));
      sum += (40 / Math.sqrt(wave)) * Math.sin(along + scene * wave);
    }
    return Math.min(255, Math.max(0, sum));
  };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = brightness(window.x + x * window.scale, window.y + y * window.scale);
      data.fill(Math.round(value * (window.gain ?? 1)), (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  return { width, height, data };
}

const FULL = { x: 0, y: 0, scale: 1 };
/** The quad of a window in the full scene, shifted by `offset`, as geometry would estimate it. */
function quadOf({ x, y, scale }: { x: number; y: number; scale: number }, offset: number): Quad {
  const [left, top] = [x / 240 + offset, y / 180 - offset];
  const corner = (right: number, down: number) => ({ x: left + right * scale, y: top + down * scale });
  return [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
}

const compare = (query: Raster, stored: Raster, quads: readonly Quad[] = [], share = 0.8) =>
  comparePixels(pyramidOf(query), pyramidOf(stored), { quads, share });

describe('comparePixels', () => {
  it('is high for a crop near the given quad, also if darker', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0.6, max: 0.95, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: -0.015, max: 0.015, noNaN: true }),
        fc.double({ min: 0.6, max: 1, noNaN: true }),
        (scene, scale, place, offset, gain) => {
          const window = { x: place * 240 * (1 - scale), y: place * 180 * (1 - scale), scale };
          const part = render(scene, { ...window, gain });
          const comparison = compare(part, render(scene, FULL), [quadOf(window, offset)]);
          expect(comparison.blockNcc).toBeGreaterThan(0.8);
          for (const [at, corner] of quadOf(window, 0).entries()) {
            expect(Math.abs((comparison.quad[at]?.x ?? 9) - corner.x)).toBeLessThan(0.01);
            expect(Math.abs((comparison.quad[at]?.y ?? 9) - corner.y)).toBeLessThan(0.01);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is high for the full frame, upright, mirrored and rotated by 90°, also with a wrong quad', () => {
    const image = render(7, FULL);
    const wrong = quadOf({ x: 120, y: 90, scale: 0.3 }, 0);
    expect(compare(image, image, [wrong]).blockNcc).toBeGreaterThan(0.99);
    expect(compare(mirrored(image), image).blockNcc).toBeGreaterThan(0.99);
    const rotated = compare(rotatedClockwise(image), image);
    expect(rotated.blockNcc).toBeGreaterThan(0.99);
    // the query's top left corner is the image's bottom left one
    expect(rotated.quad[0].x).toBeCloseTo(0, 1);
    expect(rotated.quad[0].y).toBeCloseTo(1, 1);
    expect(
      compare(rotatedClockwise(rotatedClockwise(rotatedClockwise(image))), image).blockNcc,
    ).toBeGreaterThan(0.99);
  });

  it('ignores an overlay that covers no more than the share allows', () => {
    const image = render(11, FULL);
    const overlaid = {
      ...image,
      data: image.data.map((value, at) => (at < image.data.length * 0.15 ? at % 251 : value)),
    };
    expect(compare(overlaid, image, [], 0.8).blockNcc).toBeGreaterThan(0.9);
    expect(compare(overlaid, image, [], 0.95).blockNcc).toBeLessThan(0.5);
  });

  it('is low for another scene, and -1 without detail', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (scene) => {
        expect(compare(render(scene, FULL), render(scene + 201, FULL)).blockNcc).toBeLessThan(0.6);
      }),
      { numRuns: 25 },
    );
    const [one, other] = [pyramidOf(render(1, FULL)), pyramidOf(render(202, FULL))];
    const full = () => expect.fail('a pair with a low block NCC is not compared at full resolution');
    expect(
      comparePixels({ ...one, full }, { ...other, full }, { quads: [], share: 0.8 }).blockNcc,
    ).toBeLessThan(0.6);
    const flat = { width: 240, height: 180, data: new Uint8Array(240 * 180 * 3).fill(90) };
    expect(compare(flat, flat).blockNcc).toBe(-1);
    expect(compare({ width: 4, height: 3, data: new Uint8Array(36) }, flat).blockNcc).toBe(-1);
  });
});

/** Rearranges pixels: `from` returns the index of the source pixel. */
function rearranged(
  { data }: Raster,
  width: number,
  height: number,
  from: (x: number, y: number) => number,
): Raster {
  const target = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const pixel = 3 * from(x, y);
      target.set(data.subarray(pixel, pixel + 3), 3 * (y * width + x));
    }
  return { width, height, data: target };
}
const mirrored = (image: Raster): Raster =>
  rearranged(image, image.width, image.height, (x, y) => y * image.width + image.width - 1 - x);
const rotatedClockwise = (image: Raster): Raster =>
  rearranged(image, image.height, image.width, (x, y) => (image.height - 1 - x) * image.width + y);
