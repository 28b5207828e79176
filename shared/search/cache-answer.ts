import type { ImageStore } from '#shared/images/image-store.ts';
import { type IndexedRecord, isIndexed } from '#shared/images/indexed-image.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Explanation, JudgedImage, SimilarityAnswer } from './answer.ts';
import type { SimilarityCache } from './similarity-cache.ts';

export interface CachePorts {
  imageStore: Pick<ImageStore, 'getMany' | 'libraryVersion'>;
  cache: Pick<SimilarityCache, 'get' | 'put'>;
  /** Milliseconds since 1970. */
  wallClock?: () => number;
}

export interface FoundImage {
  judged: JudgedImage;
  record: IndexedRecord;
}
/** An answer with the records of its images. */
export interface FoundImages {
  images: readonly FoundImage[];
  explanation?: Explanation;
}

/**
 * Milliseconds. A change of the library invalidates answers at once; the expiry bounds the effect of other changes: a
 * repaired index, a release with other rules.
 */
const TIME_TO_LIVE = 15 * 60_000;

/**
 * Returns the cached answer to a query, or computes and caches it. Reads the library version before it computes: an answer
 * may be newer than its version, never older.
 */
export const cacheAnswer =
  ({ imageStore, cache, wallClock = Date.now }: CachePorts) =>
  async (
    tenant: TenantId,
    queryHash: string,
    compute: () => Promise<FoundImages>,
  ): Promise<FoundImages & { cached: boolean }> => {
    const libraryVersion = await imageStore.libraryVersion(tenant);
    const key = { queryHash, libraryVersion };
    const answer = await unlessUnavailable(cache.get(tenant, key));
    const complete = answer && (await withRecords(imageStore, tenant, answer));
    if (complete) return { ...complete, cached: true };
    const computed = await compute();
    const expiresAt = new Date(wallClock() + TIME_TO_LIVE);
    await unlessUnavailable(cache.put(tenant, key, asAnswer(computed), expiresAt));
    return { ...computed, cached: false };
  };

const asAnswer = ({ images, ...rest }: FoundImages): SimilarityAnswer => ({
  ...rest,
  pictures: images.map(({ judged }) => judged),
});

/** Reads the records of an answer, so that a purged image is never shown. @returns undefined if one is gone */
async function withRecords(
  imageStore: CachePorts['imageStore'],
  tenant: TenantId,
  { pictures, ...rest }: SimilarityAnswer,
): Promise<FoundImages | undefined> {
  const records = await imageStore.getMany(
    tenant,
    pictures.map(({ image_id }) => image_id),
  );
  const byId = new Map(records.filter(isIndexed).map((record) => [record.image_id, record]));
  const images = pictures.flatMap((judged) => {
    const record = byId.get(judged.image_id);
    return record ? [{ judged, record }] : [];
  });
  return images.length === pictures.length ? { ...rest, images } : undefined;
}

/** Ignores an unavailable cache: a search works without it. */
async function unlessUnavailable<Value>(request: Promise<Value>): Promise<Value | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof Problem && error.code === 'dependency_unavailable') return undefined;
    throw error;
  }
}
