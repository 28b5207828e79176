import { mayBeRotatedCopy, requiredBlockShare } from '#shared/matching/decision/decide.ts';
import type { Step } from './match-context.ts';
import { copyCosine, isProven, type MatchCandidate } from './near-image.ts';
import { withBlockNcc } from './pixel-verifier.ts';

/** An inlier score from which pixels may prove what geometry alone cannot; unrelated images seldom reach it. */
const MIN_INLIER_SCORE = 7;

/** If nothing is proven, verifies the candidate with the best inlier score by pixels. */
export const verifyBestByPixels: Step = async ({ manifest, verifyByPixels }, candidates) => {
  if (candidates.some(isProven)) return candidates;
  const [best] = candidates
    .filter((each) => inlierScore(each) >= MIN_INLIER_SCORE || mayBeRotatedCopy(copyCosine(each), manifest))
    .sort((one, other) => inlierScore(other) - inlierScore(one));
  const comparison = best && (await verifyByPixels(best, requiredBlockShare(false)));
  if (!comparison) return candidates;
  const verified = withBlockNcc(comparison.candidate, comparison.blockNcc, manifest);
  return candidates.map((each) => (each === best ? verified : each));
};

const inlierScore = ({ alignment }: MatchCandidate): number => alignment?.inlierScore ?? 0;
