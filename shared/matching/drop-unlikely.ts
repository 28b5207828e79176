import { calibrated } from '#shared/matching/decision/calibration.ts';
import { hasCertainCopy, mayBeCopy } from '#shared/matching/decision/decide.ts';
import type { Candidate } from '#shared/vector-index/vector-index.ts';
import type { MatchContext } from './match-context.ts';

/**
 * Drops candidates that can become neither a copy nor similar enough. A missing cosine is at most the least one that the
 * index returned: the image is not among the nearest by that vector.
 */
export function dropUnlikely(
  { manifest, options }: MatchContext,
  candidates: readonly Candidate[],
): readonly Candidate[] {
  const copyIsCertain = hasCertainCopy(candidates, manifest);
  const leastSemantic = Math.min(...candidates.flatMap(({ semantic }) => semantic ?? []));
  const leastCopy = Math.min(...candidates.flatMap(({ copy }) => copy ?? []));
  return candidates.filter(
    ({ semantic, copy }) =>
      mayBeCopy(copy ?? leastCopy, manifest, copyIsCertain) ||
      calibrated(manifest.calibration.semantic, semantic ?? leastSemantic) >= options.similarFrom,
  );
}
