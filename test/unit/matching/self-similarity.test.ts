import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSelfAlike } from '#shared/matching/geometry/self-similarity.ts';

const [ROWS, COLUMNS, DIMENSION] = [14, 14, 64];
const picture = (descriptor: (cell: number, value: number) => number) => ({
  ...{ rows: ROWS, columns: COLUMNS, dimension: DIMENSION, width: 300, height: 300 },
  descriptors: Int8Array.from({ length: ROWS * COLUMNS * DIMENSION }, (_, at) =>
    Math.round(descriptor(Math.floor(at / DIMENSION), at % DIMENSION)),
  ),
});
const wave = (seed: number, value: number): number => 60 * Math.sin(seed * (value + 1) * 1.7 + seed);

test('a picture of a few things over and over is, whatever they are and wherever', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 196, maxLength: 196 }),
      (seed, things) => {
        fc.pre([0, 1, 2].every((thing) => things.filter((each) => each === thing).length > 30));
        expect(isSelfAlike(picture((cell, value) => wave(seed + (things[cell] ?? 0), value)))).toBe(true);
      },
    ),
    { numRuns: 20 },
  );
});

test('a picture of which every part is its own is not, also where neighbours look alike', () => {
  expect(isSelfAlike(picture((cell, value) => wave(1 + cell * 0.37, value)))).toBe(false);
  const patches = (cell: number) => Math.floor(cell / COLUMNS / 2) * 7 + Math.floor((cell % COLUMNS) / 2);
  expect(isSelfAlike(picture((cell, value) => wave(1 + patches(cell) * 0.37, value)))).toBe(false);
});
