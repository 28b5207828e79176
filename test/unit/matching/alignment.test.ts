import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Turn } from '#shared/imaging/turn.ts';
import { align } from '#shared/matching/geometry/alignment.ts';
import type { PictureCells } from '#shared/matching/geometry/descriptor-matches.ts';

const SIDE = 14;
const DIMENSION = 64;

/** A scene: every place has a look of its own, so that a part of it can be told from any other. */
const scene =
  (seed: number) =>
  (x: number, y: number): Int8Array => {
    const values = Float64Array.from({ length: DIMENSION }, (_, d) => {
      const wave = (k: number) => Math.sin((d + 1) * k + seed * (d % 7));
      return Math.sin(9 * wave(1.7) * x + 9 * wave(2.3) * y + 5 * wave(3.1));
    });
    const norm = Math.hypot(...values);
    return Int8Array.from(values, (value) => Math.round((127 * value) / norm));
  };

/** The cells of a picture that shows the part of a scene that `place` tells. */
function cells(
  look: ReturnType<typeof scene>,
  place = (x: number, y: number) => [x, y] as const,
): PictureCells {
  const descriptors = new Int8Array(SIDE * SIDE * DIMENSION);
  for (let cell = 0; cell < SIDE * SIDE; cell++) {
    const [x, y] = place(((cell % SIDE) + 0.5) / SIDE, (Math.floor(cell / SIDE) + 0.5) / SIDE);
    descriptors.set(look(x, y), cell * DIMENSION);
  }
  return { rows: SIDE, columns: SIDE, dimension: DIMENSION, descriptors, width: 300, height: 300 };
}
const noise = (seed: number): PictureCells => {
  let state = seed;
  const descriptors = Int8Array.from({ length: SIDE * SIDE * DIMENSION }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (state >> 16) % 32;
  });
  return { rows: SIDE, columns: SIDE, dimension: DIMENSION, descriptors, width: 300, height: 300 };
};
const seeds = fc.integer({ min: 1, max: 10_000 });
const CORNERS = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
];

function expectQuad(quad: readonly { x: number; y: number }[] | undefined, expected: typeof CORNERS) {
  expect(quad).toHaveLength(4);
  for (const [index, corner] of expected.entries()) {
    expect(Math.abs((quad?.[index]?.x ?? 9) - corner.x)).toBeLessThan(0.06);
    expect(Math.abs((quad?.[index]?.y ?? 9) - corner.y)).toBeLessThan(0.06);
  }
}

describe('align', () => {
  test('a picture lies on itself, whatever its aspect ratio', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 100, max: 400 }),
        fc.integer({ min: 100, max: 400 }),
        (seed, width, height) => {
          const picture = { ...cells(scene(seed)), width, height };
          const found = align(picture, picture);
          expect(found?.score).toBeGreaterThan(14);
          expect(found?.scale).toBeCloseTo(1, 1);
          expect(Math.abs(found?.rotation ?? 99)).toBeLessThan(3);
          expect(found?.mirrored).toBe(false);
          expectQuad(found?.quad, CORNERS);
        },
      ),
      { numRuns: 10 },
    );
  });

  test('finds where a cut-out was', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.double({ min: 0.55, max: 0.9, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, share, right, down) => {
          const [left, top] = [right * (1 - share), down * (1 - share)];
          const look = scene(seed);
          const part = cells(look, (x, y) => [left + share * x, top + share * y]);
          const found = align(part, cells(look));
          expect(found?.score).toBeGreaterThan(14);
          expectQuad(
            found?.quad,
            CORNERS.map(({ x, y }) => ({ x: left + share * x, y: top + share * y })),
          );
          const back = align(cells(look), part);
          expect(Math.abs((back?.scale ?? 0) * share - 1)).toBeLessThan(0.12);
        },
      ),
      { numRuns: 10 },
    );
  });

  // Held so, the query has the cells of the stored picture: that one is the query after the turn.
  test.each<[Turn, number[]]>([
    ['mirrored', [1, 0, 3, 2]],
    ['turned90', [1, 2, 3, 0]],
    ['turned180', [2, 3, 0, 1]],
    ['turned270', [3, 0, 1, 2]],
  ])('tells the corners of a query held %s in its own order', (turn, corners) => {
    const look = scene(5);
    const found = align(cells(look), cells(look), turn);
    expectQuad(
      found?.quad,
      corners.flatMap((corner) => CORNERS[corner] ?? []),
    );
    expect(found?.mirrored).toBe(turn === 'mirrored');
  });

  test('says by how many degrees a query is turned, clockwise', () => {
    const look = scene(3);
    expect(align(cells(look), cells(look), 'turned90')?.rotation).toBeCloseTo(90, 0);
    expect(align(cells(look), cells(look), 'turned270')?.rotation).toBeCloseTo(-90, 0);
    expect(Math.abs(align(cells(look), cells(look), 'turned180')?.rotation ?? 0)).toBeCloseTo(180, 0);
  });

  test('is the same every time', () => {
    fc.assert(
      fc.property(seeds, seeds, (one, other) => {
        expect(align(cells(scene(one)), cells(scene(other)))).toEqual(
          align(cells(scene(one)), cells(scene(other))),
        );
      }),
      { numRuns: 5 },
    );
  });

  test('is about the same from either side', () => {
    const look = scene(8);
    const part = cells(look, (x, y) => [0.1 + 0.8 * x, 0.15 + 0.8 * y]);
    const [there, back] = [align(part, cells(look)), align(cells(look), part)];
    expect(Math.abs((there?.score ?? 0) - (back?.score ?? 99))).toBeLessThan(0.25 * (there?.score ?? 0));
    expect((there?.scale ?? 0) * (back?.scale ?? 0)).toBeCloseTo(1, 1);
  });

  test('unrelated pictures do not align', () => {
    expect(align(noise(1), cells(scene(2)))?.score ?? 0).toBeLessThan(14);
  });

  test('a picture without any detail aligns with nothing', () => {
    const blank = { ...cells(scene(1)), descriptors: new Int8Array(SIDE * SIDE * DIMENSION) };
    expect(align(blank, blank)).toBeUndefined();
  });
});
