import type { GreyImage } from './grey-image.ts';
import { type Affine, correlationOf, overlay, roomFor } from './warp.ts';

/** Side of a block, in pixels. */
const BLOCK = 28;
/** Samples every second pixel, in each direction. */
const STRIDE = 2;
/** The least share of a block that must overlap the stored image. */
const MIN_SHARE = 0.8;
/** Variance of brightness below which a block has no detail. */
const FLAT = 9;

/** Returns the NCC of each block of the query with the warped stored image, -1..1, ascending. Flat blocks are left out. */
export function blockCorrelations(query: GreyImage, stored: GreyImage, transform: Affine): number[] {
  const columns = Math.floor(query.width / BLOCK);
  const rows = Math.floor(query.height / BLOCK);
  const size = { width: BLOCK, height: BLOCK };
  const room = roomFor(size, STRIDE);
  return Array.from({ length: columns * rows }, (_, block) => {
    const rect = { left: (block % columns) * BLOCK, top: Math.floor(block / columns) * BLOCK, ...size };
    return correlationOf(overlay(query, stored, transform, STRIDE, room, rect));
  })
    .flatMap(({ count, variances: [one, other], covariance }) => {
      if (count < MIN_SHARE * (BLOCK / STRIDE) ** 2 || (one < FLAT && other < FLAT)) return [];
      return one < 1 || other < 1 ? [0] : [covariance / Math.sqrt(one * other)];
    })
    .sort((one, other) => one - other);
}
