import type { GreyPicture } from './grey-image.ts';
import { type Affine, correlationOf, overlay, roomFor } from './warp.ts';

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
  const size = { width: BLOCK, height: BLOCK };
  const room = roomFor(size, STRIDE);
  return Array.from({ length: columns * rows }, (_, block) => {
    const part = { left: (block % columns) * BLOCK, top: Math.floor(block / columns) * BLOCK, ...size };
    return correlationOf(overlay(query, stored, by, STRIDE, room, part));
  })
    .flatMap(({ count, variances: [one, other], covariance }) => {
      if (count < MIN_SHARE * (BLOCK / STRIDE) ** 2 || (one < FLAT && other < FLAT)) return [];
      return one < 1 || other < 1 ? [0] : [covariance / Math.sqrt(one * other)];
    })
    .sort((one, other) => one - other);
}
