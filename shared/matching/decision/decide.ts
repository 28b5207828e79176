import type { Verdict } from '#shared/kernel/vocabulary.ts';
import { type Calibration, calibrated, MOST_CERTAIN } from './calibration.ts';

/** What is known of two pictures. Cosines are absent where a vector is. */
export interface Evidence {
  sameBytes: boolean;
  /** The decoded, upright pixels are the same, whatever the file. */
  samePixels: boolean;
  /** Bits of the 64-bit perceptual hashes that differ. */
  perceptualDistance: number;
  copy?: number | undefined;
  semantic?: number | undefined;
  /** The score of the geometric check, where it was made. */
  alignment?: number | undefined;
  /** How well the pixels agree, -1..1, where they had to be asked: then they decide. */
  agreement?: number | undefined;
}

/** What a model's numbers mean: the part of its manifest that a verdict needs. */
export interface VerdictRules {
  thresholds: {
    copy: { precision_999: number; review: number };
    local?: { verified: number } | undefined;
  };
  calibration: { copy: Calibration; semantic: Calibration };
}

export interface Judgement {
  verdict: Verdict;
  /** 0..1: of pairs like this one, the share that are what the verdict says. 1 for `exact` only. */
  score: number;
}

/**
 * The geometric check's score, and the share of true copies among pairs that it alone calls so: of 130 pairs of 114
 * photographs and parts of photographs, each edited in 16 ways.
 */
const ALIGNMENT_CALIBRATION: Calibration = [
  [14, 0.6],
  [16, 0.75],
  [18, 0.93],
  [21, 0.97],
  [30, 0.985],
];

/** Bits: re-compressed and resized copies stay within it; of 31 125 pairs of photographs, the nearest differ in 12. */
const NEAR_HASH = 6;
/** A bound, not a measurement: no false pair was seen with near hashes and a cosine at or above `review`. */
const NEAR_HASH_SHARE = 0.99;

/** From this agreement on the pixels are the same picture's. */
const AGREES_FROM = 0.8;
export const agrees = (agreement: number): boolean => agreement >= AGREES_FROM;
/**
 * Of 621 pairs that agreed so among six kinds of generated look-alikes, and of 920 among photographs, none was false; these
 * shares are the least that such numbers allow (1 - 3/n). Of pairs that agree by .7 to .75, 7 % were false.
 */
const AGREEMENT_CALIBRATION: Calibration = [
  [AGREES_FROM, 0.98],
  [0.9, 0.994],
  [0.98, 0.998],
];

/** The share of its blocks by which a picture has to agree with a copy of it. The rest may be what was pasted on. */
const BLOCKS_TO_AGREE = 0.8;
/** Of a picture whose parts look alike: products and boxes whose labels alone differ agree in more than four fifths. */
const BLOCKS_OF_SELF_ALIKE_TO_AGREE = 0.9;
export const blocksToAgree = (selfAlike: boolean): number =>
  selfAlike ? BLOCKS_OF_SELF_ALIKE_TO_AGREE : BLOCKS_TO_AGREE;

/** As a share of the threshold. With it .98 of quarter turns are found, and a third of unrelated queries pay for it. */
const WORTH_TURNING_FROM = 0.6;

/** A cosine below this share of the threshold is not worth a second look where another picture is a copy beyond doubt. */
const DOUBTFUL_FROM = 0.5;
/**
 * Nor is it below this one where none is. Of 1 200 edited photographs 161 of 163 that the cosine does not prove lie above
 * it, all but one of them first; as does something for five in six strangers. Looks are bounded by their number.
 */
const DOUBTFUL_AT_LAST_FROM = 0.4;

/** The one place that says what two pictures are to each other. */
export function judge(evidence: Evidence, rules: VerdictRules): Judgement {
  if (evidence.sameBytes || evidence.samePixels) return { verdict: 'exact', score: 1 };
  const proofs =
    evidence.agreement === undefined ? copyProofs(evidence, rules) : pixelProofs(evidence.agreement);
  return proofs.length > 0
    ? { verdict: 'edited_copy', score: Math.max(...proofs) }
    : { verdict: 'similar', score: calibrated(rules.calibration.semantic, evidence.semantic ?? 0) };
}

/** Where pixels were asked, nothing else counts: what vectors and cells say is why they had to be. */
const pixelProofs = (agreement: number): number[] =>
  agrees(agreement) ? [calibrated(AGREEMENT_CALIBRATION, agreement)] : [];

/** What each sign that alone makes a copy is worth, 0..1. */
function copyProofs(evidence: Evidence, rules: VerdictRules): number[] {
  const { copy, alignment, perceptualDistance } = evidence;
  const { thresholds, calibration } = rules;
  const proofs: number[] = [];
  if (copy !== undefined && isBeyondDoubt(copy, rules)) proofs.push(calibrated(calibration.copy, copy));
  if (alignment !== undefined && thresholds.local && alignment >= thresholds.local.verified) {
    proofs.push(calibrated(ALIGNMENT_CALIBRATION, alignment));
  }
  if (copy !== undefined && copy >= thresholds.copy.review && perceptualDistance <= NEAR_HASH) {
    proofs.push(NEAR_HASH_SHARE);
  }
  return proofs;
}

/** The cosine from which 999 pairs of 1 000 are copies. */
function copyThreshold({ calibration, thresholds }: VerdictRules): number {
  const point = calibration.copy.find(([, share]) => share >= MOST_CERTAIN);
  return point?.[0] ?? thresholds.copy.precision_999;
}

/** Whether the copy cosine alone says that it is a copy. */
export const isBeyondDoubt = (copy: number, rules: VerdictRules): boolean => copy >= copyThreshold(rules);

/**
 * Whether the copy cosine alone cannot say it, but the geometric check can.
 * @param found whether another picture is a copy beyond doubt
 */
export function isDoubtful(copy: number, rules: VerdictRules, found = false): boolean {
  const from = (found ? DOUBTFUL_FROM : DOUBTFUL_AT_LAST_FROM) * copyThreshold(rules);
  return rules.thresholds.local !== undefined && copy >= from && !isBeyondDoubt(copy, rules);
}

/** Whether the nearest doubtful picture may be a turned copy: worth four more forward passes. */
export const isWorthTurning = (copy: number, rules: VerdictRules): boolean =>
  isDoubtful(copy, rules) && copy >= WORTH_TURNING_FROM * copyThreshold(rules);

/**
 * Whether so many pictures are near that vectors cannot tell a copy from its look-alikes: two at least, within what is
 * worth a review. Receipts of a shop, pages of a book; or several copies of one picture, which the pixels then confirm.
 */
export const isCrowded = (copies: readonly number[], { thresholds }: VerdictRules): boolean =>
  copies.filter((copy) => copy >= thresholds.copy.review).length > 1;

/**
 * Whether a copy cosine may belong to a copy at all.
 * @param found whether another picture is a copy beyond doubt
 */
export const mayBeCopy = (copy: number, rules: VerdictRules, found = false): boolean =>
  isBeyondDoubt(copy, rules) || isDoubtful(copy, rules, found);

/** How many of the 64 bits of two hashes (16 hex digits each) differ. */
export function perceptualDistance(one: string, other: string): number {
  let differing = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  let bits = 0;
  for (; differing > 0n; differing &= differing - 1n) bits++;
  return bits;
}
