import type { ImageStore } from '#shared/images/image-store.ts';
import { type IndexedRecord, isIndexed } from '#shared/images/indexed-image.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Explanation, JudgedImage, SimilarityAnswer } from './answer.ts';
import type { SimilarityCache } from './similarity-cache.ts';

export interface RememberPorts {
  imageStore: Pick<ImageStore, 'getMany' | 'libraryVersion'>;
  cache: Pick<SimilarityCache, 'get' | 'put'>;
  /** Milliseconds since 1970. */
  wallClock?: () => number;
}

/** A picture of an answer with its record. */
export interface AnsweredPicture {
  judged: JudgedImage;
  record: IndexedRecord;
}
/** An answer as it was found out. */
export interface Found {
  pictures: readonly AnsweredPicture[];
  explanation?: Explanation;
}

/**
 * How long an answer is kept, in milliseconds. A change of the library ends it at once; this bounds what else may
 * change: an index that is mended, a release that judges otherwise.
 */
const KEPT_FOR = 15 * 60_000;

/**
 * Gives the answer that an earlier search found out, or finds it out and keeps it. The library's version is read
 * before the search begins: an answer can be newer than its version says, and never older.
 */
export const rememberAnswer =
  ({ imageStore, cache, wallClock = Date.now }: RememberPorts) =>
  async (
    tenant: TenantId,
    queryHash: string,
    findOut: () => Promise<Found>,
  ): Promise<Found & { cached: boolean }> => {
    const libraryVersion = await imageStore.libraryVersion(tenant);
    const key = { queryHash, libraryVersion };
    const kept = await unlessDown(cache.get(tenant, key));
    const known = kept && (await withRecords(imageStore, tenant, kept));
    if (known) return { ...known, cached: true };
    const found = await findOut();
    const answer = { ...found, pictures: found.pictures.map(({ judged }) => judged) };
    await unlessDown(cache.put(tenant, key, answer, new Date(wallClock() + KEPT_FOR)));
    return { ...found, cached: false };
  };

/** The records are read anew, so that none is shown that is gone. @returns undefined where one is not as it was */
async function withRecords(
  imageStore: RememberPorts['imageStore'],
  tenant: TenantId,
  { pictures, ...rest }: SimilarityAnswer,
): Promise<Found | undefined> {
  const records = await imageStore.getMany(
    tenant,
    pictures.map(({ image_id }) => image_id),
  );
  const found = new Map(records.filter(isIndexed).map((record) => [record.image_id, record]));
  const answered = pictures.flatMap((judged) => {
    const record = found.get(judged.image_id);
    return record ? [{ judged, record }] : [];
  });
  return answered.length === pictures.length ? { ...rest, pictures: answered } : undefined;
}

/** A search can do without the cache. */
async function unlessDown<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && error.code === 'dependency_unavailable') return undefined;
    throw error;
  }
}
