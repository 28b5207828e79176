import { createHash } from 'node:crypto';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { VectorFilter } from '#shared/vector-index/vector-index.ts';
import type { SimilarityQuery } from './query.ts';

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/**
 * Returns a digest of everything that an answer depends on, except the library: the bytes or the id of the query image, its
 * region, the filter, the bounds, whether pixels are compared, and the model with its weights, thresholds and calibration. The order of a filter's keys
 * and values does not matter.
 */
export function queryHash(query: SimilarityQuery, manifest: ModelManifest): string {
  const { source, region, threshold, maxResults, filter, withoutPixels = false } = query;
  return sha256(
    JSON.stringify([
      'imageId' in source ? source.imageId : sha256(source.bytes),
      region ? [region.x, region.y, region.width, region.height] : null,
      threshold,
      maxResults,
      canonicalFilter(filter),
      manifest,
      ...(withoutPixels ? ['without pixels'] : []),
    ]),
  );
}

const asSet = (values: readonly string[]): string[] => [...new Set(values)].sort();

const canonicalFilter = ({
  storageLocations,
  format,
  createdAfter,
  createdBefore,
  metadata,
}: VectorFilter = {}) => [
  storageLocations ? asSet(storageLocations) : null,
  format ?? null,
  createdAfter === undefined ? null : Date.parse(createdAfter),
  createdBefore === undefined ? null : Date.parse(createdBefore),
  Object.entries(metadata ?? {})
    .map(([key, values]) => [key, asSet([values].flat())] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1)),
];
