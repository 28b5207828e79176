import type { Quad } from '#shared/matching/geometry/alignment.ts';
import type { BlockGrid } from './compare-blocks.ts';
import type { GreyImage } from './grey-image.ts';

/** Two images of one pair at one scale. */
export interface ImagePair {
  one: GreyImage;
  other: GreyImage;
}

/** The same, and where `one` lies in `other`. */
export interface RegisteredPair extends ImagePair {
  quad: Quad;
  /** Compares the blocks of `one` with what lies under them. */
  grid: BlockGrid;
}
