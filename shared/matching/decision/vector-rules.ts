import { type Calibration, calibrated, MOST_CERTAIN } from './calibration.ts';
import type { Evidence } from './evidence.ts';

/** The thresholds and calibration of a model's manifest that a verdict needs. */
export interface VerdictRules {
  thresholds: {
    copy: { precision_999: number; review: number };
    local?: { verified: number } | undefined;
  };
  calibration: { copy: Calibration; semantic: Calibration };
}

/**
 * Maps an inlier score to the share of true copies among pairs that only geometry proves. Measured on 130 such pairs, from 114
 * photographs and parts of photographs, each edited in 16 ways.
 */
const INLIER_CALIBRATION: Calibration = [
  [14, 0.6],
  [16, 0.75],
  [18, 0.93],
  [21, 0.97],
  [30, 0.985],
];

/** Bits. Re-compressed and resized copies stay within it; of 31 125 pairs of photographs, the nearest differ in 12. */
const NEAR_HASH = 6;
/** A bound, not a measurement: no false pair with near hashes and a cosine of at least `review` was seen. */
const NEAR_HASH_SHARE = 0.99;

/** Returns the cosine from which 999 of 1 000 pairs of photographs are copies. */
export function copyThreshold({ calibration, thresholds }: VerdictRules): number {
  const point = calibration.copy.find(([, share]) => share >= MOST_CERTAIN);
  return point?.[0] ?? thresholds.copy.precision_999;
}

/**
 * Returns the score of a copy whose pixels are not stored, by vectors, geometry and hashes alone; undefined if none of them
 * proves one. They cannot tell look-alikes apart.
 */
export function scoreByVectors(evidence: Evidence, rules: VerdictRules): number | undefined {
  const { copy, inlierScore, perceptualDistance } = evidence;
  const { thresholds, calibration } = rules;
  const scores: number[] = [];
  if (copy !== undefined && copy >= copyThreshold(rules)) scores.push(calibrated(calibration.copy, copy));
  if (inlierScore !== undefined && thresholds.local && inlierScore >= thresholds.local.verified)
    scores.push(calibrated(INLIER_CALIBRATION, inlierScore));
  if (copy !== undefined && copy >= thresholds.copy.review && perceptualDistance <= NEAR_HASH)
    scores.push(NEAR_HASH_SHARE);
  return scores.length > 0 ? Math.max(...scores) : undefined;
}
