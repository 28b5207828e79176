import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { SimilarityAnswer } from './answer.ts';

/** A query and the state of the library that it was answered from. */
export interface CacheKey {
  /** SHA-256 over everything that an answer depends on, except the library. */
  queryHash: string;
  /** `ImageStore.libraryVersion`, read before the search began. */
  libraryVersion: string;
}

/** Caches the answers to searches. */
export interface SimilarityCache {
  /** @returns undefined if there is none, it has expired, or the library has changed since */
  get(tenant: TenantId, key: CacheKey): Promise<SimilarityAnswer | undefined>;
  /** Replaces an earlier answer to the same query. */
  put(tenant: TenantId, key: CacheKey, answer: SimilarityAnswer, expiresAt: Date): Promise<void>;
  /** Returns the query hashes of the answers that contain an image, expired ones too. Reads all answers of the tenant. */
  naming(tenant: TenantId, image: ImageId): Promise<string[]>;
  remove(tenant: TenantId, queryHashes: readonly string[]): Promise<void>;
}
