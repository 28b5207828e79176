import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { calibrated } from '#shared/matching/decision/calibration.ts';
import type { Judgement } from '#shared/matching/decision/decide.ts';
import type { Probe } from '#shared/matching/query-image.ts';
import type { Candidate, VectorFilter, VectorIndex } from '#shared/vector-index/vector-index.ts';
import type { Explanation } from './answer.ts';

interface Asked {
  threshold: number;
  filter?: VectorFilter | undefined;
  /** What the index answered. */
  nearest: readonly Candidate[];
  /** Those of them that were judged: none reaches the threshold. */
  neighbours: readonly Judgement[];
}

/**
 * Why a search found nothing, so that nobody takes a filter that matches no picture, or pictures that are not indexed yet,
 * for "there is no copy". Only where filters left nothing does it ask the index once more.
 */
export const whyNothing =
  ({ index }: { index: Pick<VectorIndex, 'search'> }) =>
  async (
    tenant: TenantId,
    manifest: ModelManifest,
    probe: Probe,
    { threshold, filter, nearest, neighbours }: Asked,
  ): Promise<Explanation> => {
    const others = (candidates: readonly Candidate[]) =>
      candidates.filter(({ imageId }) => imageId !== probe.imageId);
    if (others(nearest).length > 0) {
      const likeness = others(nearest).map(({ semantic = 0 }) =>
        calibrated(manifest.calibration.semantic, semantic),
      );
      return tooFar(threshold, [...neighbours.map(({ score }) => score), ...likeness]);
    }
    const { semantic, copy } = probe.embedding;
    // Two: the query's own picture may be one of them.
    const unfiltered = filter ? await index.search(tenant, manifest.name, { semantic, copy, k: 2 }) : [];
    return others(unfiltered).length > 0
      ? { code: 'filters_exclude_all', detail: 'None of your pictures passes the filters.' }
      : { code: 'library_empty', detail: 'You have no other picture that can be found yet.' };
  };

function tooFar(threshold: number, scores: readonly number[]): Explanation {
  // What reaches the threshold and is not shown was purged, or is not indexed yet.
  const nearest = Math.max(0, ...scores.filter((score) => score < threshold));
  return {
    code: 'below_threshold',
    detail: `The nearest picture scores ${nearest.toFixed(3)}: less than the threshold, ${threshold}.`,
    nearest_score: nearest,
  };
}
