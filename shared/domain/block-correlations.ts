import type { GreyPicture } from './grey-picture.ts';
import { type Affine, brightnessAt, type Correlation, correlationFrom } from './overlay.ts';
import { floatAt } from './typed-arrays.ts';

/** Side of a block, in pixels. */
const BLOCK = 28;
/** Every how many pixels it looks, in each direction. */
const STRIDE = 2;
/** A block less of which lies in both pictures says nothing. */
const MIN_SHARE = 0.8;
/** Variance of brightness below which there is nothing to see in a block. */
const FLAT = 9;

/** How well each block of the query goes together with what lies under it, -1..1, ascending; flat ones are left out. */
export function blockCorrelations(query: GreyPicture, stored: GreyPicture, by: Affine): number[] {
  const columns = Math.floor(query.width / BLOCK);
  const rows = Math.floor(query.height / BLOCK);
  return Array.from({ length: columns * rows }, (_, block) =>
    correlationIn(query, stored, by, (block % columns) * BLOCK, Math.floor(block / columns) * BLOCK),
  )
    .flatMap(({ count, variances: [one, other], covariance }) => {
      if (count < MIN_SHARE * (BLOCK / STRIDE) ** 2 || (one < FLAT && other < FLAT)) return [];
      return one < 1 || other < 1 ? [0] : [covariance / Math.sqrt(one * other)];
    })
    .sort((one, other) => one - other);
}

/** Of the block whose first pixel is `left`, `top`; its points are summed as they are met, and never held. */
function correlationIn(
  query: GreyPicture,
  stored: GreyPicture,
  by: Affine,
  left: number,
  top: number,
): Correlation {
  let [count, q, s, qq, ss, qs] = [0, 0, 0, 0, 0, 0];
  for (let y = top; y < top + BLOCK; y += STRIDE) {
    for (let x = left; x < left + BLOCK; x += STRIDE) {
      const other = brightnessAt(stored, by.xx * x + by.xy * y + by.x0, by.yx * x + by.yy * y + by.y0);
      if (Number.isNaN(other)) continue;
      const own = floatAt(query.data, y * query.width + x);
      count += 1;
      q += own;
      s += other;
      qq += own * own;
      ss += other * other;
      qs += own * other;
    }
  }
  return correlationFrom(count, [q, s, qq, ss, qs]);
}
