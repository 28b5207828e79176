import type { Verdict } from '#shared/kernel/vocabulary.ts';
import { calibrated, MOST_CERTAIN } from './calibration.ts';
import { type CopyModel, copyProbability } from './copy-probability.ts';
import type { Evidence } from './evidence.ts';
import { scoreByVectors, type VerdictRules } from './vector-rules.ts';

export interface Judgement {
  verdict: Verdict;
  /** 0..1: the share of pairs with such evidence that are what the verdict says. 1 for `exact` only. */
  score: number;
}

interface DecisionRules extends VerdictRules {
  /** Absent: pixels do not decide. */
  decision?: CopyModel | undefined;
}

/**
 * A pair is a copy from this probability on. Of images that repeat themselves, as forms and tickets do, others of their kind
 * differ by little: for these, the evidence has to be stronger than a duplicate group wants it. Chosen on eight symbols: two pairs of others
 * had .667 and .902.
 */
const COPY_FROM = { varied: 0.7, repetitive: 0.92 };
/** A mean rarity: all but some symbols of 210 images of 15 drawn kinds stay below it; all but one of 90 photographs lie above. */
const VARIED = 0.16;

/**
 * A natural logarithm: 15 %. Images that repeat themselves and fit only if one is stretched more, as two boxes of other proportions, show
 * different things. Chosen on two false pairs of products, with .21 and .34.
 */
const MAX_STRETCH = 0.14;

/**
 * Returns the verdict on a pair of images, and its score. The only place that decides. It knows nothing but the pair, and the
 * evidence is the same from either end.
 */
export function decide(evidence: Evidence, rules: DecisionRules): Judgement {
  if (evidence.sameBytes || evidence.samePixels) return { verdict: 'exact', score: 1 };
  const copy = evidence.unverified ? undefined : copyScore(evidence, rules);
  return copy === undefined
    ? { verdict: 'similar', score: calibrated(rules.calibration.semantic, evidence.semantic ?? 0) }
    : { verdict: 'edited_copy', score: Math.min(copy, MOST_CERTAIN) };
}

/** Returns true if the pair is an exact or an edited copy. */
export const isCopy = (evidence: Evidence, rules: DecisionRules): boolean =>
  decide(evidence, rules).verdict !== 'similar';

/** Returns undefined if the pair is no copy. Pixels decide if they were compared. */
function copyScore(evidence: Evidence, rules: DecisionRules): number | undefined {
  const { decision } = rules;
  if (!evidence.pixels || !decision) return scoreByVectors(evidence, rules);
  const { pixels, variety = 0 } = evidence;
  const probability = copyProbability({ ...evidence, pixels }, decision);
  if (variety >= VARIED) return probability >= COPY_FROM.varied ? probability : undefined;
  return probability >= COPY_FROM.repetitive && pixels.stretch <= MAX_STRETCH ? probability : undefined;
}
