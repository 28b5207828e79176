import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Candidate, VectorFilter, VectorIndex } from '#shared/vector-index/vector-index.ts';
import type { PixelImage } from './pixel-image.ts';
import type { QueryImage } from './query-image.ts';
import type { ReadModelImagePorts } from './read-model-image.ts';

export interface MatchPorts extends ReadModelImagePorts {
  imageStore: Pick<ImageStore, 'getMany' | 'getVectors'>;
  index: Pick<VectorIndex, 'search'>;
  groups: KnownCopies;
}

/** The duplicate groups, as far as matching reads them. */
export interface KnownCopies {
  /** Returns the members of the groups that these images are in, themselves included. */
  membersBeside(tenant: TenantId, images: readonly ImageId[]): Promise<readonly ImageId[]>;
}

export interface MatchOptions {
  /** Nearest images to request from the index, by each vector. */
  k: number;
  filter?: VectorFilter | undefined;
  /** The least score, 0..1, of a `similar` image; Infinity to find copies only. */
  similarFrom: number;
  /** Embeds the images that the query shows, if any: a photograph in a screenshot, the parts of a collage. */
  shownImages?: (() => Promise<readonly Embedding[]>) | undefined;
  /** Decide without comparing pixels, as if none were stored. */
  withoutPixels?: boolean;
}

/**
 * The most candidates to verify, most likely first: the same in a search and in the detection of duplicates, so that a group
 * is what its members' searches say. Counts, not time: the same search gives the same answer. They bound which pairs get
 * more evidence. No pair decides for another.
 */
export const BOUNDS = {
  /** By geometry. */
  geometry: 8,
  /** By pixels, of those that vectors, geometry or hashes alone would call copies. */
  pixels: 10,
  /** By pixels, if no more than so many others come first. */
  unlikely: 2,
  /** By pixels, of the nearest by the copy vector, if nothing tells of a copy. */
  nearest: 2,
  /** By geometry and pixels, of the known copies of those that were found. */
  known: 10,
} as const;

/** The state that the steps of one search share. */
export interface MatchContext {
  readonly ports: MatchPorts;
  readonly tenant: TenantId;
  readonly manifest: ModelManifest;
  readonly query: QueryImage;
  /** Returns the query's pixels, read once; undefined if they are not stored. */
  readonly queryPixels: () => Promise<PixelImage | undefined>;
  readonly options: MatchOptions;
}

/** An image that the index returned. */
export interface Retrieved extends Candidate {
  /** The largest copy cosine with an image that the query shows. */
  regionCopy?: number;
  /** It is the nearest one to an image that the query shows. */
  nearestToShown?: true;
}
