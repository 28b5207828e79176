import type { GreyPicture } from './grey-picture.ts';
import { type Affine, correlationFrom, overlay } from './overlay.ts';
import { doubleAt, floatAt } from './typed-arrays.ts';

/** Side of a block, in pixels. */
const BLOCK = 28;
/** Every how many pixels it looks, in each direction. */
const STRIDE = 2;
/** A block less of which lies in both pictures says nothing. */
const MIN_SHARE = 0.8;
/** Variance of brightness below which there is nothing to see in a block. */
const FLAT = 9;
/** Sums of a block: points, both brightnesses, their squares, their product. */
const SUMS = 6;

/** How well each block of the query goes together with what lies under it, -1..1, ascending; flat ones are left out. */
export function blockCorrelations(query: GreyPicture, stored: GreyPicture, by: Affine): number[] {
  const columns = Math.floor(query.width / BLOCK);
  const rows = Math.floor(query.height / BLOCK);
  const sums = new Float64Array(SUMS * columns * rows);
  const points = overlay(query, stored, by, STRIDE);
  for (let point = 0; point < points.count; point++) {
    const column = Math.floor(floatAt(points.x, point) / BLOCK);
    const row = Math.floor(floatAt(points.y, point) / BLOCK);
    if (column >= columns || row >= rows) continue;
    const own = floatAt(points.own, point);
    const other = floatAt(points.other, point);
    const from = SUMS * (row * columns + column);
    sums[from] = doubleAt(sums, from) + 1;
    sums[from + 1] = doubleAt(sums, from + 1) + own;
    sums[from + 2] = doubleAt(sums, from + 2) + other;
    sums[from + 3] = doubleAt(sums, from + 3) + own * own;
    sums[from + 4] = doubleAt(sums, from + 4) + other * other;
    sums[from + 5] = doubleAt(sums, from + 5) + own * other;
  }
  return Array.from({ length: columns * rows }, (_, block) => {
    const sum = (which: number) => doubleAt(sums, SUMS * block + which);
    return correlationFrom(sum(0), [sum(1), sum(2), sum(3), sum(4), sum(5)]);
  })
    .flatMap(({ count, variances: [one, other], covariance }) => {
      if (count < MIN_SHARE * (BLOCK / STRIDE) ** 2 || (one < FLAT && other < FLAT)) return [];
      return one < 1 || other < 1 ? [0] : [covariance / Math.sqrt(one * other)];
    })
    .sort((one, other) => one - other);
}
