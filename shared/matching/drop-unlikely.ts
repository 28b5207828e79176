import { calibrated } from '#shared/matching/decision/calibration.ts';
import { mayBeCopy } from '#shared/matching/decision/likelihood.ts';
import type { MatchContext, Retrieved } from './match-context.ts';

/**
 * Drops candidates that can become neither a copy nor similar enough. A missing cosine is at most the least one that the
 * index returned: the image is not among the nearest by that vector.
 */
export function dropUnlikely(
  { manifest, options }: MatchContext,
  candidates: readonly Retrieved[],
): readonly Retrieved[] {
  const leastSemantic = Math.min(...candidates.flatMap(({ semantic }) => semantic ?? []));
  const leastCopy = Math.min(...candidates.flatMap(({ copy }) => copy ?? []));
  return candidates.filter(
    ({ semantic, copy, regionCopy }) =>
      mayBeCopy(Math.max(copy ?? leastCopy, regionCopy ?? 0), manifest) ||
      calibrated(manifest.calibration.semantic, semantic ?? leastSemantic) >= options.similarFrom,
  );
}
