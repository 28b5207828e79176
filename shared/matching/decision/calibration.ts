/** Pairs of a raw number (a cosine, an inlier score) and the share of true pairs among those with it; ascending. */
export type Calibration = readonly (readonly [raw: number, share: number])[];

/** Only equal bytes or pixels are certain: nothing measured reaches 1. */
export const MOST_CERTAIN = 0.999;

/**
 * Converts a raw number to a score, 0..0.999: linear between the points, from (0, 0) to the first one, and flat after the
 * last one. Never falls as the raw number grows.
 */
export function calibrated(points: Calibration, raw: number): number {
  if (raw <= 0) return 0;
  let [lowRaw, lowShare] = [0, 0];
  for (const [highRaw, highShare] of points) {
    if (raw < highRaw) {
      const between = (raw - lowRaw) / (highRaw - lowRaw);
      return Math.min(lowShare + between * (highShare - lowShare), MOST_CERTAIN);
    }
    [lowRaw, lowShare] = [highRaw, highShare];
  }
  return Math.min(lowShare, MOST_CERTAIN);
}
