import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSelfSimilar } from '#shared/matching/geometry/self-similarity.ts';

const [ROWS, COLUMNS, DIMENSION] = [14, 14, 64];
const descriptorsOf = (descriptor: (index: number, value: number) => number) => ({
  ...{ rows: ROWS, columns: COLUMNS, dimension: DIMENSION, width: 300, height: 300 },
  values: Int8Array.from({ length: ROWS * COLUMNS * DIMENSION }, (_, at) =>
    Math.round(descriptor(Math.floor(at / DIMENSION), at % DIMENSION)),
  ),
});
const wave = (seed: number, value: number): number => 60 * Math.sin(seed * (value + 1) * 1.7 + seed);

test('an image of a few repeated objects is self-similar', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 196, maxLength: 196 }),
      (seed, objects) => {
        fc.pre([0, 1, 2].every((object) => objects.filter((each) => each === object).length > 30));
        expect(
          isSelfSimilar(descriptorsOf((index, value) => wave(seed + (objects[index] ?? 0), value))),
        ).toBe(true);
      },
    ),
    { numRuns: 20 },
  );
});

test('an image of distinct parts is not self-similar, even if neighbouring parts resemble each other', () => {
  expect(isSelfSimilar(descriptorsOf((index, value) => wave(1 + index * 0.37, value)))).toBe(false);
  const patch = (index: number) => Math.floor(index / COLUMNS / 2) * 7 + Math.floor((index % COLUMNS) / 2);
  expect(isSelfSimilar(descriptorsOf((index, value) => wave(1 + patch(index) * 0.37, value)))).toBe(false);
});
