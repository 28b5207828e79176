import type { ImageId } from '#shared/kernel/ids.ts';
import type { Candidate } from './vector-index.ts';

/** One of the nearest images by one vector, with its cosine to the query. */
export interface Neighbour {
  imageId: ImageId;
  cosine: number;
}

/** Returns the union of the nearest by each vector. */
export function candidates(semantic: readonly Neighbour[], copy: readonly Neighbour[]): Candidate[] {
  const union = new Map<ImageId, Candidate>();
  for (const { imageId, cosine } of semantic) union.set(imageId, { imageId, semantic: cosine });
  for (const { imageId, cosine } of copy)
    union.set(imageId, { ...union.get(imageId), imageId, copy: cosine });
  return [...union.values()];
}
