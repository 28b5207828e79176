import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { areaOf, inverseQuad, quadOf, transformOf } from '#shared/matching/registration/quad-transform.ts';

const share = fc.double({ min: -0.15, max: 0.15, noNaN: true });
/** The whole image, with each corner moved by up to .15 of a side: a perspective. */
const quads = fc.array(fc.tuple(share, share), { minLength: 4, maxLength: 4 }).map(
  ([a = [0, 0], b = [0, 0], c = [0, 0], d = [0, 0]]): Quad => [
    { x: a[0], y: a[1] },
    { x: 1 + b[0], y: b[1] },
    { x: 1 + c[0], y: 1 + c[1] },
    { x: d[0], y: 1 + d[1] },
  ],
);
const [one, other] = [
  { width: 120, height: 80 },
  { width: 300, height: 210 },
];

function expectEqual(actual: Quad | undefined, expected: Quad) {
  for (const [corner, { x, y }] of expected.entries()) {
    expect(actual?.[corner]?.x).toBeCloseTo(x, 6);
    expect(actual?.[corner]?.y).toBeCloseTo(y, 6);
  }
}

describe('quads and transforms', () => {
  test('a transform maps the corners to those of its quad, perspectives too', () => {
    fc.assert(
      fc.property(quads, (quad) => expectEqual(quadOf(transformOf(quad, one, other), one, other), quad)),
    );
  });

  test('the whole image in one of its own size is the identity', () => {
    const whole: Quad = [
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 1, y: 1 },
      { x: 0, y: 1 },
    ];
    const identity = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0, gx: 0, gy: 0 };
    for (const [name, value] of Object.entries(transformOf(whole, one, one)))
      expect(value).toBeCloseTo(identity[name as keyof typeof identity]); // Object.entries loses the names
    // Pixel 0 of the half-size image covers pixels 0 and 1: their centres' mean is .5.
    expect(transformOf(whole, one, { width: 240, height: 160 })).toMatchObject({ xx: 2, x0: 0.5, y0: 0.5 });
    expect(areaOf(whole)).toBeCloseTo(1);
  });

  test('the inverse of the inverse is the quad; a quad without area has none', () => {
    fc.assert(
      fc.property(quads, (quad) => {
        const inverse = inverseQuad(quad);
        expectEqual(inverse && inverseQuad(inverse), quad);
      }),
    );
    const left: Quad = [
      { x: 0, y: 0 },
      { x: 0.5, y: 0 },
      { x: 0.5, y: 1 },
      { x: 0, y: 1 },
    ];
    expect(inverseQuad(left)?.[1]).toEqual({ x: 2, y: 0 });
    const line = { x: 0.2, y: 0.2 };
    expect(inverseQuad([line, line, line, line])).toBeUndefined();
  });
});
