import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { calibrated } from '#shared/matching/decision/calibration.ts';
import type { NearImages } from '#shared/matching/find-near-images.ts';
import type { QueryImage } from '#shared/matching/query-image.ts';
import type { VectorFilter, VectorIndex } from '#shared/vector-index/vector-index.ts';
import type { Explanation } from './answer.ts';

/**
 * Explains an empty result, so that nobody takes a filter without matches, or a library without indexed images, for "there
 * is no copy". Searches the index again only if the filters left nothing.
 */
export const explainNoResults =
  ({ index }: { index: Pick<VectorIndex, 'search'> }) =>
  async (
    tenant: TenantId,
    manifest: ModelManifest,
    query: QueryImage,
    { threshold, filter }: { threshold: number; filter?: VectorFilter | undefined },
    { nearest, images }: NearImages,
  ): Promise<Explanation> => {
    if (nearest.length > 0) {
      const similarities = nearest.map(({ semantic = 0 }) =>
        calibrated(manifest.calibration.semantic, semantic),
      );
      return belowThreshold(threshold, [...images.map(({ score }) => score), ...similarities]);
    }
    const { semantic, copy } = query.embedding;
    const hasOthers = async (narrowed?: VectorFilter) => {
      // k = 2: the query may be one of the two.
      const vectors = { semantic, copy, k: 2, ...(narrowed && { filter: narrowed }) };
      const found = await index.search(tenant, manifest.name, vectors);
      return found.some(({ imageId }) => imageId !== query.imageId);
    };
    if (!filter || !(await hasOthers()))
      return { code: 'library_empty', detail: 'You have no other image that can be found yet.' };
    const { storageLocations } = filter;
    if (storageLocations && !(await hasOthers({ storageLocations })))
      return {
        code: 'storage_empty',
        detail: `You have no image in ${storageLocations.join(', ')}. Check storage_locations.`,
      };
    return { code: 'filters_exclude_all', detail: 'None of your images passes the filters.' };
  };

function belowThreshold(threshold: number, scores: readonly number[]): Explanation {
  // An image above the threshold that is not shown was purged, or is not indexed yet.
  const nearest = Math.max(0, ...scores.filter((score) => score < threshold));
  return {
    code: 'below_threshold',
    detail: `The nearest image scores ${nearest.toFixed(3)}: less than the threshold, ${threshold}.`,
    nearest_score: nearest,
  };
}
