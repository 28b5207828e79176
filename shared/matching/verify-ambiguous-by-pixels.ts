import type { ImageId } from '#shared/kernel/ids.ts';
import { isAmbiguous, passesBlockNcc, requiredBlockShare } from '#shared/matching/decision/decide.ts';
import type { MatchContext, Step } from './match-context.ts';
import { copyCosine, type MatchCandidate } from './near-image.ts';
import { withBlockNcc } from './pixel-verifier.ts';
import { verifyGeometry } from './verify-by-geometry.ts';

/**
 * Verifies ambiguous candidates by pixels, nearest first, until one fails. The candidates behind it get its block NCC
 * too, without geometry: many copies of one image stay copies, and many look-alikes do not become copies. Final.
 */
export const verifyAmbiguousByPixels: Step = async (context, candidates) => {
  const ambiguous = ambiguousCandidates(context, candidates);
  if (ambiguous.length === 0) return candidates;
  context.isDecided = true;
  const share = requiredBlockShare(context.isSelfSimilar());
  const verified = new Map<ImageId, MatchCandidate>();
  let [least, compared] = [1, 0];
  let anyCompared = false;
  for (const candidate of ambiguous) {
    if (compared === context.options.bounds.pixels || !passesBlockNcc(least)) break;
    const byGeometry = verifyGeometry(context, candidate);
    if (!isEditedCopy(byGeometry)) {
      verified.set(candidate.record.image_id, byGeometry);
      continue;
    }
    compared += 1;
    const comparison = await context.verifyByPixels(byGeometry, share);
    if (!comparison) continue;
    anyCompared = true;
    least = Math.min(least, comparison.blockNcc);
    verified.set(candidate.record.image_id, withBlockNcc(comparison.candidate, least, context.manifest));
  }
  const unverified = (candidate: MatchCandidate): MatchCandidate => {
    const judged = passesBlockNcc(least) ? verifyGeometry(context, candidate) : candidate;
    return anyCompared && isEditedCopy(judged) ? withBlockNcc(judged, least, context.manifest) : judged;
  };
  return candidates.map((candidate) => verified.get(candidate.record.image_id) ?? unverified(candidate));
};

/**
 * Returns the candidates whose verdict needs pixels, nearest first: copies so far, and those whose geometry is not verified
 * yet. Empty unless there is a copy, and either several candidates are too near the query for vectors to separate them,
 * or the query is self-similar, so that others of its kind resemble it.
 */
function ambiguousCandidates(
  { isSelfSimilar, manifest }: MatchContext,
  candidates: readonly MatchCandidate[],
): readonly MatchCandidate[] {
  if (!candidates.some(isEditedCopy)) return [];
  if (!isSelfSimilar() && !isAmbiguous(candidates.map(copyCosine), manifest)) return [];
  return candidates
    .filter((each) => isEditedCopy(each) || (each.descriptors && !each.geometryVerified))
    .sort((one, other) => copyCosine(other) - copyCosine(one));
}

const isEditedCopy = ({ verdict }: MatchCandidate): boolean => verdict === 'edited_copy';
