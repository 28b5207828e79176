import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  apply,
  clipToUnitSquare,
  cssTransform,
  inverse,
  type Point,
  partOfQuery,
  type Quad,
  squareToQuad,
  UNIT_SQUARE,
} from '../../../console/src/features/search/homography.ts';

const offset = fc.double({ min: -0.2, max: 0.2, noNaN: true });
const near = (x: number, y: number) =>
  fc.record({ x: offset, y: offset }).map((o) => ({ x: x + o.x, y: y + o.y }));
/** Convex: corners stay near those of a square. */
const quads = fc.tuple(near(0, 0), near(1, 0), near(1, 1), near(0, 1)).map((quad): Quad => quad);
const inSquare = fc.record({
  x: fc.double({ min: 0, max: 1, noNaN: true }),
  y: fc.double({ min: 0, max: 1, noNaN: true }),
});
const close = (one: Point, other: Point) => {
  expect(one.x).toBeCloseTo(other.x, 6);
  expect(one.y).toBeCloseTo(other.y, 6);
};

describe('a homography', () => {
  it('leads the corners of the square to those of the quad', () => {
    fc.assert(
      fc.property(quads, (quad) => {
        const transform = squareToQuad(quad);
        for (const [index, corner] of UNIT_SQUARE.entries())
          close(apply(transform, corner), quad[index] ?? corner);
      }),
    );
  });

  it('is undone by its inverse', () => {
    fc.assert(
      fc.property(quads, inSquare, (quad, point) => {
        const transform = squareToQuad(quad);
        close(apply(inverse(transform), apply(transform, point)), point);
      }),
    );
  });

  it('is the same as a CSS transform, in pixels', () => {
    fc.assert(
      fc.property(quads, inSquare, (quad, point) => {
        const [width, height] = [640, 360];
        const m =
          cssTransform(quad, width, height)
            .match(/-?[\d.]+(e-?\d+)?/g)
            ?.slice(1)
            .map(Number) ?? [];
        const at = (row: number) =>
          (m[row] ?? 0) * point.x * width + (m[4 + row] ?? 0) * point.y * height + (m[12 + row] ?? 0);
        close({ x: at(0) / at(3) / width, y: at(1) / at(3) / height }, apply(squareToQuad(quad), point));
      }),
    );
  });
});

describe('the part of the query that the stored image shows', () => {
  it('is all of it if the query is a crop', () => {
    const crop: Quad = [
      { x: 0.2, y: 0.1 },
      { x: 0.8, y: 0.1 },
      { x: 0.8, y: 0.9 },
      { x: 0.2, y: 0.9 },
    ];
    for (const [index, corner] of partOfQuery(crop).entries()) close(corner, UNIT_SQUARE[index] ?? corner);
  });

  it('is the inside of a border', () => {
    const bordered: Quad = [
      { x: -0.25, y: -0.25 },
      { x: 1.25, y: -0.25 },
      { x: 1.25, y: 1.25 },
      { x: -0.25, y: 1.25 },
    ];
    const part = partOfQuery(bordered);
    expect(part).toHaveLength(4);
    for (const { x, y } of part) {
      expect(Math.min(Math.abs(x - 1 / 6), Math.abs(x - 5 / 6))).toBeLessThan(1e-9);
      expect(Math.min(Math.abs(y - 1 / 6), Math.abs(y - 5 / 6))).toBeLessThan(1e-9);
    }
  });

  it('lies within the square after clipping, and is empty outside', () => {
    fc.assert(
      fc.property(quads, (quad) => {
        for (const { x, y } of clipToUnitSquare(quad)) {
          expect(x).toBeGreaterThan(-1e-9);
          expect(x).toBeLessThan(1 + 1e-9);
          expect(y).toBeGreaterThan(-1e-9);
          expect(y).toBeLessThan(1 + 1e-9);
        }
      }),
    );
    expect(clipToUnitSquare(UNIT_SQUARE.map(({ x, y }) => ({ x: x + 2, y })))).toEqual([]);
  });
});
