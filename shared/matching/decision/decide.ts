import type { Verdict } from '#shared/kernel/vocabulary.ts';
import { calibrated, MOST_CERTAIN } from './calibration.ts';
import type { Evidence } from './evidence.ts';
import { type CopyModel, copyProbability } from './copy-probability.ts';
import { scoreByVectors, type VerdictRules } from './vector-rules.ts';

export interface Judgement {
  verdict: Verdict;
  /** 0..1: the share of pairs with such evidence that are what the verdict says. 1 for `exact` only. */
  score: number;
}

/** A pair is a copy from this probability on: below it, more than a few in a hundred are something else. */
const COPY_FROM = 0.6;

/**
 * Returns the verdict on a pair of images, and its score. The only place that decides. It knows nothing but the pair, and the
 * evidence is the same from either end.
 */
export function decide(evidence: Evidence, rules: VerdictRules & { decision?: CopyModel | undefined }): Judgement {
  if (evidence.sameBytes || evidence.samePixels) return { verdict: 'exact', score: 1 };
  const copy = evidence.unverified ? undefined : copyScore(evidence, rules);
  return copy === undefined
    ? { verdict: 'similar', score: calibrated(rules.calibration.semantic, evidence.semantic ?? 0) }
    : { verdict: 'edited_copy', score: Math.min(copy, MOST_CERTAIN) };
}

/** Returns undefined if the pair is no copy. Pixels decide if they were compared. */
function copyScore(evidence: Evidence, { decision, ...rules }: VerdictRules & { decision?: CopyModel | undefined }) {
  if (!evidence.pixels || !decision) return scoreByVectors(evidence, rules);
  const probability = copyProbability(evidence.pixels, evidence.rareInlierScore ?? 0, decision);
  return probability >= COPY_FROM ? probability : undefined;
}
