import type { Size } from '#shared/imaging/raster.ts';
import { floatAt } from '#shared/matching/typed-arrays.ts';
import type { GreyPicture } from './grey-image.ts';

/** From pixels of one picture to pixels of another: `x' = xx x + xy y + x0`, `y' = yx x + yy y + y0`. */
export interface Affine {
  xx: number;
  xy: number;
  x0: number;
  yx: number;
  yy: number;
  y0: number;
}

/** The points of a query that fall into a stored picture: an entry a point, of which the first `count` are set. */
export interface Overlay {
  count: number;
  /** Pixels of the query. */
  x: Float32Array;
  y: Float32Array;
  /** Brightness in the query. */
  own: Float32Array;
  /** Brightness where it falls in the stored picture, between its pixels, and how that changes to the right and down. */
  other: Float32Array;
  dx: Float32Array;
  dy: Float32Array;
}

/** Room for every `stride`th pixel of a query, or of a part of it, in each direction. */
export function roomFor({ width, height }: Size, stride: number): Overlay {
  const column = () => new Float32Array(Math.ceil(width / stride) * Math.ceil(height / stride));
  return { count: 0, x: column(), y: column(), own: column(), other: column(), dx: column(), dy: column() };
}

/** A part of a picture, in its pixels. */
interface Part extends Size {
  left: number;
  top: number;
}

/**
 * Lays every `stride`th pixel of the query, in each direction, upon the stored picture.
 * @param points room for them, which may have been used before
 * @param part of the query; the whole where absent
 */
export function overlay(
  query: GreyPicture,
  stored: GreyPicture,
  by: Affine,
  stride: number,
  points = roomFor(query, stride),
  part: Part = { left: 0, top: 0, width: query.width, height: query.height },
): Overlay {
  const { width, height, data } = stored;
  let count = 0;
  for (let y = part.top; y < part.top + part.height; y += stride) {
    for (let x = part.left; x < part.left + part.width; x += stride) {
      const u = by.xx * x + by.xy * y + by.x0;
      const v = by.yx * x + by.yy * y + by.y0;
      if (!(u >= 0 && v >= 0 && u < width - 1 && v < height - 1)) continue;
      const left = Math.floor(u);
      const top = Math.floor(v);
      const right = u - left;
      const down = v - top;
      const from = top * width + left;
      const a = floatAt(data, from);
      const b = floatAt(data, from + 1);
      const c = floatAt(data, from + width);
      const d = floatAt(data, from + width + 1);
      points.x[count] = x;
      points.y[count] = y;
      points.own[count] = floatAt(query.data, y * query.width + x);
      points.other[count] = (a * (1 - right) + b * right) * (1 - down) + (c * (1 - right) + d * right) * down;
      points.dx[count] = (b - a) * (1 - down) + (d - c) * down;
      points.dy[count] = (c - a) * (1 - right) + (d - b) * right;
      count += 1;
    }
  }
  return { ...points, count };
}

/** How brightness goes together in some points of two pictures. */
export interface Correlation {
  count: number;
  /** Of the query's brightness, and of the stored picture's. */
  means: readonly [number, number];
  variances: readonly [number, number];
  covariance: number;
}

export function correlationOf({ count, own, other }: Overlay): Correlation {
  let [q, s, qq, ss, qs] = [0, 0, 0, 0, 0];
  for (let point = 0; point < count; point++) {
    const one = floatAt(own, point);
    const two = floatAt(other, point);
    q += one;
    s += two;
    qq += one * one;
    ss += two * two;
    qs += one * two;
  }
  const means = [q / count, s / count] as const;
  return {
    count,
    means,
    variances: [qq / count - means[0] ** 2, ss / count - means[1] ** 2],
    covariance: qs / count - means[0] * means[1],
  };
}
