import type { Evidence } from './evidence.ts';
import { copyThreshold, type VerdictRules } from './vector-rules.ts';

// Decides which pairs get more evidence; never what they are.

/** As a share of the copy threshold. Crops to a third, and photographs pasted into another, lie around it. */
const MAY_BE_COPY = 0.3;
/** As a share of the copy threshold: so near, some turned copies and small crops agree in nothing that is free to measure. */
const UNALIGNED_MAY_BE_COPY = 0.85;
/** As a share of the copy threshold, where descriptors or hashes agree. */
const AGREEING_MAY_BE_COPY = 0.6;
/** Unrelated images seldom reach it. */
const MIN_INLIER_SCORE = 7;
/** Bits: turned by quarters, mirrored or upright, the nearest of 1 770 pairs of photographs differ in 18. */
const NEAR_HASH = 10;
/** Bits: a turned or mirrored image, re-compressed, differs in at most 10 of 300. */
const AGREEING_HASH = 14;
/**
 * An inlier score. Chosen on 60 photographs and hard edits of 20 of them: of 54 nearest pairs that are no copies 83 % are below it,
 * of 6 that are copies none. On others: 80 % of 207, none of 3.
 */
const FEW_INLIERS = 3.75;
/**
 * An inlier score that descriptors of strangers reach by chance. Of 24 pairs below it that a library of 100 photographs compares none is
 * a copy; they were three in four of all. Of 500 hard edits one is found only by more than a brief look.
 */
const BY_CHANCE = 4.5;

export const mayBeCopy = (copy: number, rules: VerdictRules): boolean =>
  copy >= MAY_BE_COPY * copyThreshold(rules);

interface Likely {
  evidence: Evidence;
  /** The largest cosine with an image that the query shows. */
  regionCopy?: number | undefined;
  /** It is the nearest one to an image that the query shows. */
  nearestToShown?: true;
  /** Set if local descriptors were compared. */
  rarity?: unknown;
}

/**
 * Returns false if neither local descriptors nor hashes agree anywhere. True also where descriptors were not compared; and of what is
 * compared with a part of the query.
 */
export const mayAgree = ({ evidence, rarity, nearestToShown }: Likely): boolean =>
  rarity === undefined ||
  nearestToShown === true ||
  (evidence.inlierScore ?? 0) >= FEW_INLIERS ||
  evidence.turnedDistance <= AGREEING_HASH;

/** Returns true if so little tells of a copy that a brief look has to do. */
export const isUnlikely = (candidate: Likely, rules: VerdictRules): boolean =>
  candidate.nearestToShown !== true &&
  (candidate.evidence.inlierScore ?? 0) < BY_CHANCE &&
  candidate.evidence.turnedDistance > AGREEING_HASH &&
  nearnessOf(candidate, rules) < UNALIGNED_MAY_BE_COPY;

/** Returns true if pixels have to decide. */
export function needsPixels(candidate: Likely, rules: VerdictRules): boolean {
  const { sameBytes, samePixels, inlierScore = 0, turnedDistance } = candidate.evidence;
  if (sameBytes || samePixels) return false;
  const nearness = nearnessOf(candidate, rules);
  return (
    nearness >= UNALIGNED_MAY_BE_COPY ||
    (nearness >= AGREEING_MAY_BE_COPY && mayAgree(candidate)) ||
    inlierScore >= MIN_INLIER_SCORE ||
    turnedDistance <= NEAR_HASH
  );
}

/** Returns how likely a copy is, as a rank: 1 and more for what vectors, geometry or hashes alone would call a copy. */
export const likelihood = (candidate: Likely, rules: VerdictRules): number => {
  const { evidence } = candidate;
  return Math.max(
    nearnessOf(candidate, rules),
    (evidence.inlierScore ?? 0) / (rules.thresholds.local?.verified ?? Number.POSITIVE_INFINITY),
    NEAR_HASH / Math.max(1, evidence.turnedDistance) / 2,
  );
};

/** Returns the cosine, or that of a part of the query, as a share of the copy threshold. */
const nearnessOf = ({ evidence, regionCopy = 0 }: Likely, rules: VerdictRules): number =>
  Math.max(evidence.copy ?? 0, regionCopy) / copyThreshold(rules);
