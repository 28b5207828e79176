import type { Verdict } from '#shared/kernel/vocabulary.ts';
import { type Calibration, calibrated, MOST_CERTAIN } from './calibration.ts';

/** Everything measured about a pair of images. Cosines are absent if a vector is. */
export interface Evidence {
  sameBytes: boolean;
  /** The decoded, upright pixels are equal, whatever the file format. */
  samePixels: boolean;
  /** Number of differing bits of the 64-bit perceptual hashes. */
  perceptualDistance: number;
  copy?: number | undefined;
  semantic?: number | undefined;
  /** Absent if geometry was not verified, or no alignment was found. */
  inlierScore?: number | undefined;
  /** -1..1; absent if pixels were not compared. If present, it decides. */
  blockNcc?: number | undefined;
}

/** The thresholds and calibration of a model's manifest that a verdict needs. */
export interface VerdictRules {
  thresholds: {
    copy: { precision_999: number; review: number };
    local?: { verified: number } | undefined;
  };
  calibration: { copy: Calibration; semantic: Calibration };
}

export interface Judgement {
  verdict: Verdict;
  /** 0..1: the share of pairs with such evidence that are what the verdict says. 1 for `exact` only. */
  score: number;
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

/** Images with at least this block NCC have the same content. */
const MIN_BLOCK_NCC = 0.8;
export const passesBlockNcc = (blockNcc: number): boolean => blockNcc >= MIN_BLOCK_NCC;
/**
 * Of 621 passing pairs among six kinds of generated look-alikes, and of 920 among photographs, none was false: these shares are
 * the lower bounds that such counts allow (1 - 3/n). Of pairs between .7 and .75, 7 % were false.
 */
const BLOCK_NCC_CALIBRATION: Calibration = [
  [MIN_BLOCK_NCC, 0.98],
  [0.9, 0.994],
  [0.98, 0.998],
];

/** The share of an image's blocks that must reach the block NCC. An overlay may cover the others. */
const REQUIRED_BLOCKS = 0.8;
/** For self-similar images: products and boxes that differ by their labels alone match in more than four fifths. */
const REQUIRED_BLOCKS_SELF_SIMILAR = 0.9;
export const requiredBlockShare = (isSelfSimilar: boolean): number =>
  isSelfSimilar ? REQUIRED_BLOCKS_SELF_SIMILAR : REQUIRED_BLOCKS;

/** As a share of the copy threshold: finds .98 of quarter turns, at the price of forward passes for a third of unrelated queries. */
const ROTATED_FROM = 0.6;

/** As a share of the copy threshold, if another image is certainly a copy. */
const UNCERTAIN_FROM = 0.5;
/**
 * As a share of the copy threshold, if no image is certainly a copy. Of 163 edited photographs (of 1 200) whose cosine is below the
 * threshold, 161 lie above it, all but one in first place. Five in six queries without a stored copy have a candidate above it too: hence the
 * bounds on verifications.
 */
const UNCERTAIN_FROM_WITHOUT_COPY = 0.4;

/** Returns the verdict on a pair of images, and its score. The only place that decides. */
export function judge(evidence: Evidence, rules: VerdictRules): Judgement {
  if (evidence.sameBytes || evidence.samePixels) return { verdict: 'exact', score: 1 };
  const scores =
    evidence.blockNcc === undefined ? copyScores(evidence, rules) : blockNccScores(evidence.blockNcc);
  return scores.length > 0
    ? { verdict: 'edited_copy', score: Math.max(...scores) }
    : { verdict: 'similar', score: calibrated(rules.calibration.semantic, evidence.semantic ?? 0) };
}

/** Pixels overrule vectors and geometry: they are compared only where those cannot be trusted. */
const blockNccScores = (blockNcc: number): number[] =>
  passesBlockNcc(blockNcc) ? [calibrated(BLOCK_NCC_CALIBRATION, blockNcc)] : [];

/** Returns the score of each piece of evidence that alone proves a copy. */
function copyScores(evidence: Evidence, rules: VerdictRules): number[] {
  const { copy, inlierScore, perceptualDistance } = evidence;
  const { thresholds, calibration } = rules;
  const scores: number[] = [];
  if (copy !== undefined && isCertainCopy(copy, rules)) scores.push(calibrated(calibration.copy, copy));
  if (inlierScore !== undefined && thresholds.local && inlierScore >= thresholds.local.verified) {
    scores.push(calibrated(INLIER_CALIBRATION, inlierScore));
  }
  if (copy !== undefined && copy >= thresholds.copy.review && perceptualDistance <= NEAR_HASH) {
    scores.push(NEAR_HASH_SHARE);
  }
  return scores;
}

/** Returns the cosine from which 999 of 1 000 pairs are copies. */
function copyThreshold({ calibration, thresholds }: VerdictRules): number {
  const point = calibration.copy.find(([, share]) => share >= MOST_CERTAIN);
  return point?.[0] ?? thresholds.copy.precision_999;
}

/** Returns true if the copy cosine alone proves a copy. */
const isCertainCopy = (copy: number, rules: VerdictRules): boolean => copy >= copyThreshold(rules);

export const hasCertainCopy = (candidates: readonly { copy?: number }[], rules: VerdictRules): boolean =>
  candidates.some(({ copy }) => copy !== undefined && isCertainCopy(copy, rules));

/**
 * Returns true if the copy cosine alone does not decide, but geometry can.
 * @param copyIsCertain another candidate is certainly a copy
 */
export function isUncertain(copy: number, rules: VerdictRules, copyIsCertain = false): boolean {
  const from = (copyIsCertain ? UNCERTAIN_FROM : UNCERTAIN_FROM_WITHOUT_COPY) * copyThreshold(rules);
  return rules.thresholds.local !== undefined && copy >= from && !isCertainCopy(copy, rules);
}

/** Returns true if an uncertain candidate may be a rotated or mirrored copy: worth four more forward passes. */
export const mayBeRotatedCopy = (copy: number, rules: VerdictRules): boolean =>
  isUncertain(copy, rules) && copy >= ROTATED_FROM * copyThreshold(rules);

/**
 * Returns true if at least two candidates reach the review threshold: vectors cannot separate copies from look-alikes there.
 * They may be receipts of a shop or pages of a book; or several copies of one image, which pixels then confirm.
 */
export const isAmbiguous = (copies: readonly number[], { thresholds }: VerdictRules): boolean =>
  copies.filter((copy) => copy >= thresholds.copy.review).length > 1;

/**
 * Returns true if a copy with this cosine could be proven.
 * @param copyIsCertain another candidate is certainly a copy
 */
export const mayBeCopy = (copy: number, rules: VerdictRules, copyIsCertain = false): boolean =>
  isCertainCopy(copy, rules) || isUncertain(copy, rules, copyIsCertain);

/** Returns the number of differing bits of two 64-bit hashes (16 hex digits each). */
export function perceptualDistance(one: string, other: string): number {
  let differing = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  let bits = 0;
  for (; differing > 0n; differing &= differing - 1n) bits++;
  return bits;
}
