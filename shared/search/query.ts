import type { Region } from '#shared/imaging/region.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import type { VectorFilter } from '#shared/vector-index/vector-index.ts';

/** The query image: uploaded with the call, or stored. */
export type QuerySource = { bytes: Uint8Array } | { imageId: ImageId };

export interface SimilarityQuery {
  source: QuerySource;
  /** The part of the image to search for; all of it by default. */
  region?: Region | undefined;
  /** The least score of a result, 0..1. */
  threshold: number;
  maxResults: number;
  filter?: VectorFilter | undefined;
  includeMetadata: boolean;
  /** List the best image of each duplicate group alone. */
  deduplicate?: boolean;
  /** Do without verification by pixels. */
  withoutPixels?: boolean;
  /** The tenant's models, its default first. */
  models: readonly [string, ...string[]];
  /** One of `models`; the default if absent. */
  model?: string | undefined;
  thumbnailUrl: (image: ImageId) => string;
}
