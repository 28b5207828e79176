import type { ImageId, TenantId } from '#shared/domain/ids.ts';
import type { ImageFormat, Metadata } from '#shared/domain/image.ts';

/** A picture as one model sees it. Both vectors are of unit length and of the model's dimension. */
export interface VectorDocument {
  imageId: ImageId;
  storageLocation: string;
  format: ImageFormat;
  createdAt: string;
  metadata: Metadata;
  semantic: Float32Array;
  copy: Float32Array;
}

/** All that is given must hold; of a list, one entry must. */
export interface VectorFilter {
  storageLocations?: readonly string[];
  format?: ImageFormat;
  /** RFC 3339; inclusive. */
  createdAfter?: string;
  /** RFC 3339; inclusive. */
  createdBefore?: string;
  /** By key; of several values, one must be the picture's, or among the picture's. */
  metadata?: Readonly<Record<string, string | readonly string[]>>;
}

export interface VectorQuery {
  semantic: Float32Array;
  copy: Float32Array;
  /** How many nearest pictures to ask for by each vector. */
  k: number;
  filter?: VectorFilter;
}

/** A near picture. A cosine is absent where the picture is not among the `k` nearest by that vector. */
export interface Candidate {
  imageId: ImageId;
  semantic?: number;
  copy?: number;
}

export interface IndexHealth {
  status: 'ok' | 'degraded' | 'down';
  detail?: string;
}

/**
 * The index of vectors: derived from the catalog, so that it can be dropped and built again. Each model has its
 * own space; vectors of two models never meet. Every call is bound to one tenant.
 */
export interface VectorIndex {
  /** Makes the space of a model where it does not exist. Idempotent. */
  prepare(model: string, dimension: number): Promise<void>;
  /**
   * Puts or replaces documents; when it returns, a search finds them. Ids that could not be written come back with
   * the reason, the others are in.
   * @throws Problem `dependency_unavailable` where the index does not answer.
   */
  upsert(
    tenant: TenantId,
    model: string,
    documents: readonly VectorDocument[],
  ): Promise<{ imageId: ImageId; reason: string }[]>;
  /** The union of the `k` nearest by each vector, in no particular order, in one request. */
  search(tenant: TenantId, model: string, query: VectorQuery): Promise<Candidate[]>;
  /** @returns how many documents were there and are gone; a search issued afterwards does not find them. */
  remove(tenant: TenantId, model: string, imageIds: readonly ImageId[]): Promise<number>;
  /** Removes some of all of a tenant's documents, as `remove`, thousands at most. @returns how many; 0 when none is left */
  removeTenant(tenant: TenantId, model: string): Promise<number>;
  /** The models that have a space, whoever of the tenants uses them. */
  models(): Promise<string[]>;
  count(tenant: TenantId, model: string): Promise<number>;
  health(): Promise<IndexHealth>;
}
