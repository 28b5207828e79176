import type { ImageId } from '#shared/kernel/ids.ts';
import type { VectorFilter } from '#shared/vector-index/vector-index.ts';

/** A part of a picture, in shares (0..1) of its width and height. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What to look for: a picture that the caller brings along, or one of the tenant's own. */
export type QuerySource = { bytes: Uint8Array } | { imageId: ImageId };

export interface SimilarityQuery {
  source: QuerySource;
  region?: Region | undefined;
  /** The least score of a result, 0..1. */
  threshold: number;
  maxResults: number;
  filter?: VectorFilter | undefined;
  includeMetadata: boolean;
  /** The tenant's models, the one to search with where none is named first. */
  models: readonly [string, ...string[]];
  /** The model to search with, of those. */
  model?: string | undefined;
  /** Where a result's thumbnail is to be had. */
  thumbnailUrl: (image: ImageId) => string;
}
