import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { SimilarityAnswer } from './answer.ts';

/** What was asked, and of which library: an answer holds for both. */
export interface CacheKey {
  /** SHA-256 over all that an answer depends on, but the library. */
  queryHash: string;
  /** `ImageStore.libraryVersion`, read before the search began. */
  libraryVersion: string;
}

/** Answers to searches, kept for a while. */
export interface SimilarityCache {
  /** @returns undefined where there is none, it has expired, or it is of another version of the library */
  get(tenant: TenantId, key: CacheKey): Promise<SimilarityAnswer | undefined>;
  /** Keeps an answer, in the place of an earlier one to the same query. */
  put(tenant: TenantId, key: CacheKey, answer: SimilarityAnswer, expiresAt: Date): Promise<void>;
  /** The query hashes of the answers that name the picture, expired ones too. It reads all that the tenant has here. */
  naming(tenant: TenantId, image: ImageId): Promise<string[]>;
  remove(tenant: TenantId, queryHashes: readonly string[]): Promise<void>;
}
