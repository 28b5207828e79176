import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Metadata } from '#shared/kernel/metadata.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';

/** An image's index entry for one model. Both vectors have unit length and the model's dimension. */
export interface VectorDocument {
  imageId: ImageId;
  storageLocation: string;
  format: ImageFormat;
  createdAt: string;
  metadata: Metadata;
  semantic: Float32Array;
  copy: Float32Array;
}

/** All given conditions must match; of a list, at least one entry. */
export interface VectorFilter {
  storageLocations?: readonly string[];
  format?: ImageFormat;
  /** RFC 3339; inclusive. */
  createdAfter?: string;
  /** RFC 3339; inclusive. */
  createdBefore?: string;
  /** By key; the image must have at least one of the values. */
  metadata?: Readonly<Record<string, string | readonly string[]>>;
}

export interface VectorQuery {
  semantic: Float32Array;
  copy: Float32Array;
  /** The number of nearest images by each vector. */
  k: number;
  filter?: VectorFilter;
  /** Compares with every document that passes the filter: the ground truth for recall. */
  exact?: boolean;
}

/** A near image. A cosine is absent if the image is not among the `k` nearest by that vector. */
export interface Candidate {
  imageId: ImageId;
  semantic?: number;
  copy?: number;
}

export interface IndexHealth {
  status: 'ok' | 'degraded' | 'down';
  detail?: string;
}

/** A document in a consistency check. */
export interface ListedDocument {
  imageId: ImageId;
  /** `documentDigest` of the indexed document; compared with that of the stored image. */
  digest: string;
}

/** Bytes of memory, over all nodes and replicas. */
export interface MemoryEstimate {
  needed: number;
  left: number;
}

/** The documents that serve searches, or those of the partition that is being built to replace it. */
export type Side = 'serving' | 'next';

/**
 * A rebuild of the shared partition, or a move of one tenant's documents to a partition of their own or back to the
 * shared one. A model has one build at a time.
 */
export type Build = { model: string; dimension: number } & (
  | { of: 'shared' }
  | { of: 'tenant'; tenant: TenantId; into: 'own' | 'shared' }
);

/**
 * The vector index: derived from the image store, so that it can be dropped and rebuilt. Each model has its own
 * partitions. Every call on documents is bound to one tenant.
 */
export interface VectorIndex {
  /** Creates the shared partition of a model if it is missing. Idempotent. */
  prepare(model: string, dimension: number): Promise<void>;
  /**
   * Inserts or replaces documents; when it returns, searches find them. During a build that covers the tenant, they
   * are written to its partition too.
   * @param only `next`: writes only to the partition that is being built
   * @returns the documents that were refused, with the reason
   * @throws Problem `dependency_unavailable`; `conflict`, here and below, for `next` without a running build
   */
  upsert(
    tenant: TenantId,
    model: string,
    documents: readonly VectorDocument[],
    only?: 'next',
  ): Promise<{ imageId: ImageId; reason: string }[]>;
  /** Returns the union of the `k` nearest by each vector, unordered, in one request. */
  search(tenant: TenantId, model: string, query: VectorQuery): Promise<Candidate[]>;
  /**
   * Removes documents from all partitions; searches issued afterwards do not find them.
   * @param only `next`: removes only from the partition that is being built
   * @returns the number removed from the serving partition, or from `next`
   */
  remove(tenant: TenantId, model: string, imageIds: readonly ImageId[], only?: 'next'): Promise<number>;
  /** Removes a batch of a tenant's documents, thousands at most. @returns how many; 0 when none is left */
  removeTenant(tenant: TenantId, model: string): Promise<number>;
  /** Returns the models that have a partition. */
  models(): Promise<string[]>;
  count(tenant: TenantId, model: string, side?: Side): Promise<number>;
  /** Lists a tenant's documents, the greatest ids first. @param page.below exclusive upper bound of the ids */
  list(
    tenant: TenantId,
    model: string,
    page: { below?: ImageId | undefined; limit: number },
    side?: Side,
  ): Promise<ListedDocument[]>;
  /** Returns whether a tenant has its own serving partition. */
  placement(tenant: TenantId, model: string): Promise<'own' | 'shared'>;
  /**
   * Creates the empty partition to fill. Writes that begin after it returns go there too. Idempotent: continues a build
   * that was begun.
   * @throws Problem `conflict` if another build of the model is running
   */
  beginBuild(build: Build): Promise<void>;
  /**
   * Atomically switches searches to the new partition, without failing any, and removes the replaced one. Idempotent.
   * @throws Problem `conflict` if no such build was begun
   */
  finishBuild(build: Build): Promise<void>;
  /** Discards a running build. Does nothing if there is none. */
  abandonBuild(build: Build): Promise<void>;
  /**
   * Estimates the memory that new documents would take, and what is left of it.
   * @returns `unbounded` if the technology reads its vectors from disk
   */
  memoryFor(documents: number, dimension: number): Promise<MemoryEstimate | 'unbounded'>;
  health(): Promise<IndexHealth>;
}
