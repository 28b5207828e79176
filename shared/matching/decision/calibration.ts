/** Pairs of a cosine (or another raw score) and the share of pairs with at least it that are what it looks for; ascending. */
export type Calibration = readonly (readonly [raw: number, share: number])[];

/** Only bytes or pixels that are equal make a certainty: nothing measured reaches 1. */
export const MOST_CERTAIN = 0.999;

/**
 * What a raw score is worth, 0..0.999: linear between the points, from (0, 0) to the first one, and flat after the
 * last one. Never falls as the raw score grows.
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
