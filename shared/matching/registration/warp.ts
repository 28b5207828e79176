import type { Size } from '#shared/imaging/raster.ts';
import { floatAt } from '#shared/matching/typed-arrays.ts';
import type { GreyImage } from './grey-image.ts';

/**
 * Maps pixels of one image to pixels of another: `x' = (xx x + xy y + x0) / w`, `y' = (yx x + yy y + y0) / w`, with
 * `w = gx x + gy y + 1`. Affine if `gx` and `gy` are 0; otherwise a perspective.
 */
export interface Transform {
  xx: number;
  xy: number;
  x0: number;
  yx: number;
  yy: number;
  y0: number;
  gx: number;
  gy: number;
}

/** The query's pixels that fall into the stored image: an entry a pixel, of which the first `count` are set. */
export interface Overlay {
  count: number;
  /** Positions in the query. */
  x: Float32Array;
  y: Float32Array;
  /** Brightness of the query. */
  query: Float32Array;
  /** Interpolated brightness of the stored image, and its horizontal and vertical gradients. */
  stored: Float32Array;
  dx: Float32Array;
  dy: Float32Array;
}

/** The blocks of the query to register on, row by row: points in blocks that are 0 are left out. */
export interface Mask {
  /** Side of a block, in pixels. */
  side: number;
  columns: number;
  rows: number;
  keep: Uint8Array;
}

/** Allocates an overlay of every `stride`th pixel in each direction. */
export function roomFor({ width, height }: Size, stride: number): Overlay {
  const column = () => new Float32Array(Math.ceil(width / stride) * Math.ceil(height / stride));
  return {
    count: 0,
    x: column(),
    y: column(),
    query: column(),
    stored: column(),
    dx: column(),
    dy: column(),
  };
}

/** In pixels. */
interface PixelRect extends Size {
  left: number;
  top: number;
}

/**
 * Samples the stored image, bilinearly, at the transformed positions of the query's pixels.
 * @param stride takes every `stride`th pixel, in each direction
 * @param points is overwritten: reuse it to allocate less
 * @param rect of the query; all of it by default
 * @param mask leaves points out
 */
export function overlay(
  query: GreyImage,
  stored: GreyImage,
  transform: Transform,
  stride: number,
  points = roomFor(query, stride),
  rect: PixelRect = { left: 0, top: 0, width: query.width, height: query.height },
  mask?: Mask,
): Overlay {
  const { width, height, data } = stored;
  let count = 0;
  for (let y = rect.top; y < rect.top + rect.height; y += stride) {
    const maskRow = mask ? Math.min(mask.rows - 1, Math.floor(y / mask.side)) * mask.columns : 0;
    for (let x = rect.left; x < rect.left + rect.width; x += stride) {
      if (mask && mask.keep[maskRow + Math.min(mask.columns - 1, Math.floor(x / mask.side))] === 0) continue;
      const w = transform.gx * x + transform.gy * y + 1;
      const u = (transform.xx * x + transform.xy * y + transform.x0) / w;
      const v = (transform.yx * x + transform.yy * y + transform.y0) / w;
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
      points.query[count] = floatAt(query.data, y * query.width + x);
      points.stored[count] =
        (a * (1 - right) + b * right) * (1 - down) + (c * (1 - right) + d * right) * down;
      points.dx[count] = (b - a) * (1 - down) + (d - c) * down;
      points.dy[count] = (c - a) * (1 - right) + (d - b) * right;
      count += 1;
    }
  }
  return { ...points, count };
}

/** Moments of the brightness of two images at common points. */
export interface Correlation {
  count: number;
  /** For the query and the stored image. */
  means: readonly [number, number];
  variances: readonly [number, number];
  covariance: number;
}

export function correlationOf({ count, query, stored }: Overlay): Correlation {
  let [q, s, qq, ss, qs] = [0, 0, 0, 0, 0];
  for (let point = 0; point < count; point++) {
    const one = floatAt(query, point);
    const two = floatAt(stored, point);
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
