import type { Size } from '#shared/imaging/raster.ts';
import { type Alignment, alignmentFromQuad } from '#shared/matching/geometry/alignment.ts';
import { inverseQuad } from '#shared/matching/registration/quad-transform.ts';

// A pair is always measured from the same end, so that its verdict does not depend on which of the two is the query.

interface Hashed {
  pixelHash: string;
}

/** Returns true if the pair is to be measured from the stored image into the query. */
export const isReversed = (query: Hashed, stored: Hashed): boolean => query.pixelHash > stored.pixelHash;

/**
 * Turns an alignment of the stored image in the query into one of the query in the stored image.
 * @returns undefined if it has no inverse
 */
export function inverseAlignment(alignment: Alignment, query: Size, stored: Size): Alignment | undefined {
  const quad = inverseQuad(alignment.quad);
  return quad && alignmentFromQuad(quad, alignment.inlierScore, query, stored);
}
