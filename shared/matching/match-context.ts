import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { Candidate, VectorFilter, VectorIndex } from '#shared/vector-index/vector-index.ts';
import type { MatchCandidate } from './near-image.ts';
import type { QueryImage } from './query-image.ts';
import type { ReadModelImagePorts } from './read-model-image.ts';

export interface MatchPorts extends ReadModelImagePorts {
  imageStore: Pick<ImageStore, 'getMany' | 'getVectors'>;
  index: Pick<VectorIndex, 'search'>;
}

export interface MatchOptions {
  /** Nearest images to request from the index, by each vector. */
  k: number;
  filter?: VectorFilter | undefined;
  /** The least score, 0..1, of a `similar` image; Infinity to find copies only. */
  similarFrom: number;
  bounds: VerificationBounds;
  /** Embeds the images that the query shows, if any: a photograph in a screenshot, the parts of a collage. */
  shownImages?: (() => Promise<readonly Embedding[]>) | undefined;
}

/**
 * The most candidates to verify in one search, most likely first. Counts, not time: the same search gives the same answer.
 * They bound which pairs get more evidence. No pair decides for another.
 */
export interface VerificationBounds {
  /** By geometry. */
  geometry: number;
  /** By pixels, of those that vectors, geometry or hashes alone would call copies. */
  pixels: number;
  /** By pixels, if no more than so many others come first. */
  unlikely: number;
}

/** The same for a search and for the detection of duplicates, so that a group is what its members' searches say. */
export const VERIFICATION_BOUNDS: VerificationBounds = { geometry: 8, pixels: 10, unlikely: 5 };

/** The state that the steps of one search share. */
export interface MatchContext {
  readonly ports: MatchPorts;
  readonly tenant: TenantId;
  readonly manifest: ModelManifest;
  readonly query: QueryImage;
  readonly options: MatchOptions;
}

/** What the index returned. */
export interface Retrieved extends Candidate {
  /** The largest copy cosine with an image that the query shows. */
  regionCopy?: number;
}

/** Adds evidence to candidates; returns all of them. */
export type Step = (
  context: MatchContext,
  candidates: readonly MatchCandidate[],
) => Promise<readonly MatchCandidate[]>;
