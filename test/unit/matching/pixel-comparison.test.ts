import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Raster } from '#shared/imaging/raster.ts';
import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { pixelAgreement, pyramidOf } from '#shared/matching/registration/pixel-comparison.ts';

/** Radians: waves that are turned by it lie in all directions. */
const GOLDEN_ANGLE = 2.4;

/**
 * A smooth scene of bumps, the finer the fainter, as in photographs (Field 1987), seen through a window: the same scene gives
 * the same picture wherever it is looked at.
 */
function seen(scene: number, window: { x: number; y: number; scale: number; gain?: number }): Raster {
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

const whole = { x: 0, y: 0, scale: 1 };
/** Where a window lies in the whole, in shares of it, moved a little as cells would tell it. */
function quadOf({ x, y, scale }: { x: number; y: number; scale: number }, off: number): Quad {
  const [left, top] = [x / 240 + off, y / 180 - off];
  const corner = (right: number, down: number) => ({ x: left + right * scale, y: top + down * scale });
  return [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
}

const agreement = (query: Raster, stored: Raster, quads: readonly Quad[] = [], share = 0.8) =>
  pixelAgreement(pyramidOf(query), pyramidOf(stored), { quads, share });

describe('pixelAgreement', () => {
  it('is high where a part lies where it is said to, roughly, brighter or darker', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0.6, max: 0.95, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: -0.015, max: 0.015, noNaN: true }),
        fc.double({ min: 0.6, max: 1, noNaN: true }),
        (scene, scale, place, off, gain) => {
          const window = { x: place * 240 * (1 - scale), y: place * 180 * (1 - scale), scale };
          const part = seen(scene, { ...window, gain });
          const found = agreement(part, seen(scene, whole), [quadOf(window, off)]);
          expect(found.agreement).toBeGreaterThan(0.8);
          for (const [at, corner] of quadOf(window, 0).entries()) {
            expect(Math.abs((found.quad[at]?.x ?? 9) - corner.x)).toBeLessThan(0.01);
            expect(Math.abs((found.quad[at]?.y ?? 9) - corner.y)).toBeLessThan(0.01);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is high for the whole, as it is, mirrored and turned by a quarter, wherever the cells thought it lay', () => {
    const picture = seen(7, whole);
    const wrong = quadOf({ x: 120, y: 90, scale: 0.3 }, 0);
    expect(agreement(picture, picture, [wrong]).agreement).toBeGreaterThan(0.99);
    expect(agreement(mirrored(picture), picture).agreement).toBeGreaterThan(0.99);
    const turned = agreement(turnedClockwise(picture), picture);
    expect(turned.agreement).toBeGreaterThan(0.99);
    // its top left corner is the picture's bottom left one
    expect(turned.quad[0].x).toBeCloseTo(0, 1);
    expect(turned.quad[0].y).toBeCloseTo(1, 1);
    expect(
      agreement(turnedClockwise(turnedClockwise(turnedClockwise(picture))), picture).agreement,
    ).toBeGreaterThan(0.99);
  });

  it('lets what was pasted on disagree, as far as the share goes', () => {
    const picture = seen(11, whole);
    const pasted = {
      ...picture,
      data: picture.data.map((value, at) => (at < picture.data.length * 0.15 ? at % 251 : value)),
    };
    expect(agreement(pasted, picture, [], 0.8).agreement).toBeGreaterThan(0.9);
    expect(agreement(pasted, picture, [], 0.95).agreement).toBeLessThan(0.5);
  });

  it('is low for another scene, and nothing where there is nothing to see', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (scene) => {
        expect(agreement(seen(scene, whole), seen(scene + 201, whole)).agreement).toBeLessThan(0.6);
      }),
      { numRuns: 25 },
    );
    const [one, other] = [pyramidOf(seen(1, whole)), pyramidOf(seen(202, whole))];
    const own = () => expect.fail('what hardly agrees in a small size is not looked at in its own');
    expect(
      pixelAgreement({ ...one, own }, { ...other, own }, { quads: [], share: 0.8 }).agreement,
    ).toBeLessThan(0.6);
    const flat = { width: 240, height: 180, data: new Uint8Array(240 * 180 * 3).fill(90) };
    expect(agreement(flat, flat).agreement).toBe(-1);
    expect(agreement({ width: 4, height: 3, data: new Uint8Array(36) }, flat).agreement).toBe(-1);
  });
});

/** The picture with each pixel taken from where `from` says. */
function moved(
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
const mirrored = (picture: Raster): Raster =>
  moved(picture, picture.width, picture.height, (x, y) => y * picture.width + picture.width - 1 - x);
const turnedClockwise = (picture: Raster): Raster =>
  moved(picture, picture.height, picture.width, (x, y) => (picture.height - 1 - x) * picture.width + y);
