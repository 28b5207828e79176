import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { LocalDescriptors } from '#shared/matching/geometry/descriptor-matches.ts';
import { isSelfSimilar } from '#shared/matching/geometry/self-similarity.ts';
import type { Candidate, VectorFilter, VectorIndex } from '#shared/vector-index/vector-index.ts';
import type { MatchCandidate } from './near-image.ts';
import { type PixelPorts, type PixelVerifier, pixelVerifier } from './pixel-verifier.ts';
import {
  type EmbeddedImage,
  localDescriptors,
  type OrientedDescriptors,
  type QueryImage,
} from './query-image.ts';

export interface MatchPorts extends PixelPorts {
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
  /** Loads the descriptors of the query, mirrored and rotated. Called at most once, and only if nothing is proven. */
  otherOrientations?: (() => Promise<OrientedDescriptors[]>) | undefined;
  /** Loads the image that the query shows, if any. Called at most once, and only if nothing is proven. */
  embeddedImage?: (() => Promise<EmbeddedImage | undefined>) | undefined;
}

/** The most candidates to verify in one search. Counts, not time: the same search gives the same answer. */
export interface VerificationBounds {
  /** By geometry, nearest first: some 3 ms each. */
  geometry: number;
  /** By pixels, among ambiguous candidates: some 15 ms each. */
  pixels: number;
}

/** The state that the steps of one search share. */
export interface MatchContext {
  readonly ports: MatchPorts;
  readonly tenant: TenantId;
  readonly manifest: ModelManifest;
  readonly query: QueryImage;
  readonly options: MatchOptions;
  /** Local descriptors of the upright query; undefined if the model computes none. */
  readonly descriptors: LocalDescriptors | undefined;
  /** Returns true if the query is self-similar. Computed at most once: about 1 ms. */
  readonly isSelfSimilar: () => boolean;
  readonly verifyByPixels: PixelVerifier;
  /** The index's answer, without the query itself. Set by `searchIndex`. */
  nearest: readonly Candidate[];
  /** The image that the query shows, if one was found. Set by `searchEmbeddedImage`. */
  embeddedImage?: EmbeddedImage;
  /** The verdicts are final: no later step runs. Set by the step that decides. */
  isDecided: boolean;
}

/** Verifies candidates further; returns all of them. */
export type Step = (
  context: MatchContext,
  candidates: readonly MatchCandidate[],
) => Promise<readonly MatchCandidate[]>;

export function openContext(
  ports: MatchPorts,
  tenant: TenantId,
  manifest: ModelManifest,
  query: QueryImage,
  options: MatchOptions,
): MatchContext {
  const descriptors = localDescriptors(manifest, query.embedding, query);
  let selfSimilar: boolean | undefined;
  return {
    ...{ ports, tenant, manifest, query, options, descriptors },
    isSelfSimilar: () => {
      selfSimilar ??= descriptors !== undefined && isSelfSimilar(descriptors);
      return selfSimilar;
    },
    verifyByPixels: pixelVerifier(ports, tenant, manifest, query),
    nearest: [],
    isDecided: false,
  };
}
