import type { Difference } from '#shared/matching/registration/describe-area.ts';
import type { NccQuantiles } from '#shared/matching/registration/find-differences.ts';

/** Everything measured about a pair of images, the same from either end. Cosines are absent if a vector is. */
export interface Evidence {
  sameBytes: boolean;
  /** The decoded, upright pixels are equal, whatever the file format. */
  samePixels: boolean;
  /** Number of differing bits of the 64-bit perceptual hashes. */
  perceptualDistance: number;
  /** The least such number if one of the images is turned by quarters, or mirrored, or neither. */
  turnedDistance: number;
  copy?: number | undefined;
  semantic?: number | undefined;
  /** Absent if geometry was not verified, or no alignment was found. */
  inlierScore?: number | undefined;
  /** The inlier score, weighted by rarity. Measured where pixels are compared, as is `variety`. */
  rareInlierScore?: number | undefined;
  /** The mean rarity of the local descriptors, 0..1, of the image where it is larger. */
  variety?: number | undefined;
  /** Absent if pixels were not compared. If present, they decide. */
  pixels?: PixelEvidence | undefined;
  /** The pixels could have been compared, but other candidates were more likely. */
  unverified?: true;
}

/** Returns the number of differing bits of two 64-bit hashes (16 hex digits each). */
export function perceptualDistance(one: string, other: string): number {
  return differingBits(BigInt(`0x${one}`), BigInt(`0x${other}`));
}

/** Returns the number of differing bits of two hashes. */
export function differingBits(one: bigint, other: bigint): number {
  let bits = 0;
  for (let differing = one ^ other; differing > 0n; differing &= differing - 1n) bits++;
  return bits;
}

/** Evidence of the pixels of two registered images. */
export interface PixelEvidence {
  /** Number of blocks at 128 pixels that show the same in both, and of those that do not. */
  agreeing: number;
  disagreeing: number;
  /** At 128 pixels, and at the finest scale that both images have. */
  coarse: NccQuantiles;
  fine: NccQuantiles;
  areas: readonly Difference[];
  /** The ratio of the scales of both sides, as a natural logarithm, from 0; 0 for another perspective, which foreshortens. */
  stretch: number;
}
