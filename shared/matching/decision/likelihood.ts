import type { Evidence } from './evidence.ts';
import { copyThreshold, type VerdictRules } from './vector-rules.ts';

// Decides which pairs get more evidence; never what they are.

/** As a share of the copy threshold. Crops to a third, and photographs pasted into another, lie around it. */
const MAY_BE_COPY = 0.3;
/** As a share of the copy threshold: finds .98 of quarter turns, which local descriptors do not align. */
const UNALIGNED_MAY_BE_COPY = 0.6;
/** Unrelated images seldom reach it. */
const MIN_INLIER_SCORE = 7;
/** Bits: the nearest of 31 125 pairs of photographs differ in 12. */
const NEAR_HASH = 10;

export const mayBeCopy = (copy: number, rules: VerdictRules): boolean =>
  copy >= MAY_BE_COPY * copyThreshold(rules);

interface Likely {
  evidence: Evidence;
  /** The largest cosine with an image that the query shows. */
  regionCopy?: number | undefined;
}

/** Returns true if pixels have to decide. */
export function needsPixels({ evidence, regionCopy = 0 }: Likely, rules: VerdictRules): boolean {
  const { sameBytes, samePixels, copy = 0, inlierScore = 0, perceptualDistance } = evidence;
  if (sameBytes || samePixels) return false;
  return (
    Math.max(copy, regionCopy) >= UNALIGNED_MAY_BE_COPY * copyThreshold(rules) ||
    inlierScore >= MIN_INLIER_SCORE ||
    perceptualDistance <= NEAR_HASH
  );
}

/** Returns how likely a copy is, as a rank: 1 and more for what vectors, geometry or hashes alone would call a copy. */
export const likelihood = ({ evidence, regionCopy = 0 }: Likely, rules: VerdictRules): number =>
  Math.max(
    Math.max(evidence.copy ?? 0, regionCopy) / copyThreshold(rules),
    (evidence.inlierScore ?? 0) / (rules.thresholds.local?.verified ?? Number.POSITIVE_INFINITY),
    NEAR_HASH / Math.max(1, evidence.perceptualDistance) / 2,
  );
