import type { Size } from '#shared/imaging/raster.ts';
import type { Point, Quad } from '#shared/matching/geometry/alignment.ts';
import type { Transform } from './warp.ts';

// A quad is in shares of the sides, from edge to edge. A transform maps pixel indices: pixel 0 has its centre at .5.

/** Returns the quad of a rectangle that is neither turned nor mirrored. */
export const uprightQuad = (left: number, top: number, right: number, bottom: number): Quad => [
  { x: left, y: top },
  { x: right, y: top },
  { x: right, y: bottom },
  { x: left, y: bottom },
];

/** Returns the distance of a quad from a parallelogram, along each side of the image that it lies in. */
const skewOf = ([topLeft, topRight, bottomRight, bottomLeft]: Quad): Point => ({
  x: topLeft.x - topRight.x + bottomRight.x - bottomLeft.x,
  y: topLeft.y - topRight.y + bottomRight.y - bottomLeft.y,
});

/** Returns how strong a perspective a quad shows: its distance from a parallelogram, in shares of the image that it lies in. */
export function perspectiveOf(quad: Quad): number {
  const { x, y } = skewOf(quad);
  return Math.hypot(x, y);
}

/** Returns the transform that maps the corners of `one` to the quad in `other` (Heckbert 1989, §2.2.3). */
export function transformOf(quad: Quad, one: Size, other: Size): Transform {
  const [topLeft, topRight, bottomRight, bottomLeft] = quad;
  const [right, down] = [difference(topRight, bottomRight), difference(bottomLeft, bottomRight)];
  const skew = skewOf(quad);
  const area = right.x * down.y - down.x * right.y || 1;
  const g = (skew.x * down.y - down.x * skew.y) / area;
  const h = (right.x * skew.y - skew.x * right.y) / area;
  // From the unit square to shares of `other`; then both in pixels, with centres at .5.
  const [gx, gy] = [g / one.width, h / one.height];
  const w = 1 + (gx + gy) / 2;
  const along = (from: number, toRight: number, toBottom: number, size: number) => {
    const a = ((toRight - from + g * toRight) * size) / one.width;
    const b = ((toBottom - from + h * toBottom) * size) / one.height;
    return [(a - gx / 2) / w, (b - gy / 2) / w, (from * size + (a + b) / 2 - w / 2) / w] as const;
  };
  const [xx, xy, x0] = along(topLeft.x, topRight.x, bottomLeft.x, other.width);
  const [yx, yy, y0] = along(topLeft.y, topRight.y, bottomLeft.y, other.height);
  return { xx, xy, x0, yx, yy, y0, gx: gx / w, gy: gy / w };
}

/** Returns the corners of `one` in `other`. */
export function quadOf({ xx, xy, x0, yx, yy, y0, gx, gy }: Transform, one: Size, other: Size): Quad {
  const corner = (right: number, down: number): Point => {
    const [x, y] = [right * one.width - 0.5, down * one.height - 0.5];
    const w = gx * x + gy * y + 1;
    return {
      x: ((xx * x + xy * y + x0) / w + 0.5) / other.width,
      y: ((yx * x + yy * y + y0) / w + 0.5) / other.height,
    };
  };
  return [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
}

const difference = (one: Point, other: Point): Point => ({ x: one.x - other.x, y: one.y - other.y });

/** Returns the corners of `other` in `one`, given those of `one` in `other`; undefined if the quad has no area. */
export function inverseQuad(quad: Quad): Quad | undefined {
  // In images of one pixel, with the origin at the edge, transforms are between shares.
  const { xx, xy, x0, yx, yy, y0, gx, gy } = transformOf(quad, UNIT, UNIT);
  const [a, b, d, e] = [xx, xy, yx, yy];
  const determinant = a * (e - y0 * gy) - b * (d - y0 * gx) + x0 * (d * gy - e * gx);
  if (!(Math.abs(determinant) > 1e-6)) return undefined;
  const k = a * e - b * d;
  return quadOf(
    {
      ...{ xx: (e - y0 * gy) / k, xy: (x0 * gy - b) / k, x0: (b * y0 - x0 * e) / k },
      ...{ yx: (y0 * gx - d) / k, yy: (a - x0 * gx) / k, y0: (x0 * d - a * y0) / k },
      ...{ gx: (d * gy - e * gx) / k, gy: (b * gx - a * gy) / k },
    },
    UNIT,
    UNIT,
  );
}

const UNIT: Size = { width: 1, height: 1 };

/** Returns the area of a quad, as a share of the image that it lies in (shoelace formula). */
export const areaOf = (quad: Quad): number =>
  Math.abs(
    quad.reduce((sum, { x, y }, corner) => {
      const next = quad[(corner + 1) % 4] ?? { x, y };
      return sum + x * next.y - next.x * y;
    }, 0),
  ) / 2;

/** Returns the ratio of the scales of both sides of an image, as a natural logarithm, from 0. */
export function stretchOf([topLeft, topRight, , bottomLeft]: Quad, one: Size, other: Size): number {
  const along = (to: Point, length: number) =>
    Math.hypot((to.x - topLeft.x) * other.width, (to.y - topLeft.y) * other.height) / length;
  return Math.abs(Math.log(along(topRight, one.width) / along(bottomLeft, one.height)));
}
