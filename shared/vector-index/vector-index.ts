import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Metadata } from '#shared/kernel/metadata.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';

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
  /** Compare with every document that passes the filter, whatever that costs: what recall is measured against. */
  exact?: boolean;
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

/** A document as a consistency check sees it. */
export interface ListedDocument {
  imageId: ImageId;
  /** `documentDigest` of what was written: another one where the catalog says something else now. */
  digest: string;
}

/** Documents that serve searches, or those of a space that is being built to take the place of one that does. */
export type Side = 'serving' | 'next';

/**
 * What is built anew: the space that tenants share; or the documents of one tenant, in a space of its own or back
 * among the others'. Of a model, one thing at a time.
 */
export type Build = { model: string; dimension: number } & (
  | { of: 'shared' }
  | { of: 'tenant'; tenant: TenantId; into: 'own' | 'shared' }
);

/**
 * The index of vectors: derived from the catalog, so that it can be dropped and built again. Each model has its
 * own spaces; vectors of two models never meet. Every call about documents is bound to one tenant.
 */
export interface VectorIndex {
  /** Makes the shared space of a model where it does not exist. Idempotent. */
  prepare(model: string, dimension: number): Promise<void>;
  /**
   * Puts or replaces documents; when it returns, a search finds them. Ids that could not be written come back with
   * the reason, the others are in. While something is being built that is to hold them, they are written there too.
   * @param only `next`: where they are being built, and nowhere else
   * @throws Problem `dependency_unavailable` where the index does not answer; `conflict` where nothing is being built
   * that is to hold them, and `next` is asked for, here as below
   */
  upsert(
    tenant: TenantId,
    model: string,
    documents: readonly VectorDocument[],
    only?: 'next',
  ): Promise<{ imageId: ImageId; reason: string }[]>;
  /** The union of the `k` nearest by each vector, in no particular order, in one request. */
  search(tenant: TenantId, model: string, query: VectorQuery): Promise<Candidate[]>;
  /**
   * From wherever they are, what is being built included.
   * @param only `next`: where they are being built, and nowhere else
   * @returns how many served searches and are gone (of `next`: were there); a search issued afterwards does not find them
   */
  remove(tenant: TenantId, model: string, imageIds: readonly ImageId[], only?: 'next'): Promise<number>;
  /** Removes some of all of a tenant's documents, as `remove`, thousands at most. @returns how many; 0 when none is left */
  removeTenant(tenant: TenantId, model: string): Promise<number>;
  /** The models that have a space, whoever of the tenants uses them. */
  models(): Promise<string[]>;
  count(tenant: TenantId, model: string, side?: Side): Promise<number>;
  /** A tenant's documents, the greatest ids first. @param page.below only ids that come before it */
  list(
    tenant: TenantId,
    model: string,
    page: { below?: ImageId | undefined; limit: number },
    side?: Side,
  ): Promise<ListedDocument[]>;
  /** Where a tenant's documents serve from. */
  placement(tenant: TenantId, model: string): Promise<'own' | 'shared'>;
  /**
   * Makes the space that is to be filled, empty. From the moment it returns, every write that begins goes there too.
   * Called again, it goes on with what was begun.
   * @throws Problem `conflict` where another build of the model is going on
   */
  beginBuild(build: Build): Promise<void>;
  /**
   * What was built serves from now on, in one step and without a search that fails; what it takes the place of is
   * removed. Called again, it changes nothing. @throws Problem `conflict` where no such build was begun
   */
  finishBuild(build: Build): Promise<void>;
  /** Forgets what was begun. Nothing, where nothing was. */
  abandonBuild(build: Build): Promise<void>;
  health(): Promise<IndexHealth>;
}
