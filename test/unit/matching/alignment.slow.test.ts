import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { align } from '#shared/matching/geometry/alignment.ts';
import type { LocalDescriptors } from '#shared/matching/geometry/descriptor-matches.ts';

const SIDE = 14;
const DIMENSION = 64;

/** A scene with a distinct descriptor at every position. */
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

/** The descriptors of an image of a scene; `position` maps image coordinates to scene coordinates, both 0..1. */
function descriptorsOf(
  descriptorAt: ReturnType<typeof scene>,
  position = (x: number, y: number) => [x, y] as const,
): LocalDescriptors {
  const values = new Int8Array(SIDE * SIDE * DIMENSION);
  for (let index = 0; index < SIDE * SIDE; index++) {
    const [x, y] = position(((index % SIDE) + 0.5) / SIDE, (Math.floor(index / SIDE) + 0.5) / SIDE);
    values.set(descriptorAt(x, y), index * DIMENSION);
  }
  return { rows: SIDE, columns: SIDE, dimension: DIMENSION, values, width: 300, height: 300 };
}
const noise = (seed: number): LocalDescriptors => {
  let state = seed;
  const values = Int8Array.from({ length: SIDE * SIDE * DIMENSION }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (state >> 16) % 32;
  });
  return { rows: SIDE, columns: SIDE, dimension: DIMENSION, values, width: 300, height: 300 };
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
  test('an image aligns with itself, whatever its aspect ratio', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 100, max: 400 }),
        fc.integer({ min: 100, max: 400 }),
        (seed, width, height) => {
          const image = { ...descriptorsOf(scene(seed)), width, height };
          const alignment = align(image, image)?.alignment;
          expect(alignment?.inlierScore).toBeGreaterThan(14);
          expect(alignment?.scale).toBeCloseTo(1, 1);
          expect(Math.abs(alignment?.rotation ?? 99)).toBeLessThan(3);
          expect(alignment?.mirrored).toBe(false);
          expectQuad(alignment?.quad, CORNERS);
        },
      ),
      { numRuns: 10 },
    );
  });

  test('finds the position of a crop', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.double({ min: 0.55, max: 0.9, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, share, right, down) => {
          const [left, top] = [right * (1 - share), down * (1 - share)];
          const aScene = scene(seed);
          const part = descriptorsOf(aScene, (x, y) => [left + share * x, top + share * y]);
          const alignment = align(part, descriptorsOf(aScene))?.alignment;
          expect(alignment?.inlierScore).toBeGreaterThan(14);
          expectQuad(
            alignment?.quad,
            CORNERS.map(({ x, y }) => ({ x: left + share * x, y: top + share * y })),
          );
          const back = align(descriptorsOf(aScene), part)?.alignment;
          expect(Math.abs((back?.scale ?? 0) * share - 1)).toBeLessThan(0.12);
        },
      ),
      { numRuns: 10 },
    );
  });

  test('inliers on ground that looks the same everywhere are worth nothing', () => {
    const blank = descriptorsOf(() => scene(4)(0.5, 0.5));
    const varied = descriptorsOf(scene(4));
    expect(align(blank, blank)?.rareInlierScore() ?? 0).toBeLessThan(0.5);
    expect(align(varied, varied)?.rareInlierScore()).toBeGreaterThan(5);
  });

  test('is deterministic', () => {
    fc.assert(
      fc.property(seeds, seeds, (one, other) => {
        expect(align(descriptorsOf(scene(one)), descriptorsOf(scene(other)))?.alignment).toEqual(
          align(descriptorsOf(scene(one)), descriptorsOf(scene(other)))?.alignment,
        );
      }),
      { numRuns: 5 },
    );
  });

  test('is about symmetric', () => {
    const aScene = scene(8);
    const part = descriptorsOf(aScene, (x, y) => [0.1 + 0.8 * x, 0.15 + 0.8 * y]);
    const there = align(part, descriptorsOf(aScene))?.alignment;
    const back = align(descriptorsOf(aScene), part)?.alignment;
    expect(Math.abs((there?.inlierScore ?? 0) - (back?.inlierScore ?? 99))).toBeLessThan(
      0.25 * (there?.inlierScore ?? 0),
    );
    expect((there?.scale ?? 0) * (back?.scale ?? 0)).toBeCloseTo(1, 1);
  });

  test('unrelated images do not align', () => {
    expect(align(noise(1), descriptorsOf(scene(2)))?.alignment.inlierScore ?? 0).toBeLessThan(14);
  });

  test('an image without detail aligns with nothing', () => {
    const blank = { ...descriptorsOf(scene(1)), values: new Int8Array(SIDE * SIDE * DIMENSION) };
    expect(align(blank, blank)).toBeUndefined();
  });
});
