import type { TenantId } from '#shared/kernel/ids.ts';
import type { SimilarityAnswer } from '#shared/search/answer.ts';
import type { SimilarityCache } from '#shared/search/similarity-cache.ts';

interface Entry {
  libraryVersion: string;
  answer: SimilarityAnswer;
  expiresAt: number;
}

/** Answers in memory, for tests. @param now milliseconds since 1970 */
export function memorySimilarityCache(now: () => number = Date.now): SimilarityCache {
  const tenants = new Map<TenantId, Map<string, Entry>>();
  const entriesOf = (tenant: TenantId): Map<string, Entry> => {
    const entries = tenants.get(tenant) ?? new Map<string, Entry>();
    tenants.set(tenant, entries);
    return entries;
  };
  return {
    async get(tenant, { queryHash, libraryVersion }) {
      const entry = entriesOf(tenant).get(queryHash);
      return entry && entry.libraryVersion === libraryVersion && entry.expiresAt > now()
        ? structuredClone(entry.answer)
        : undefined;
    },
    async put(tenant, { queryHash, libraryVersion }, answer, expiresAt) {
      const entry = { libraryVersion, answer: structuredClone(answer), expiresAt: expiresAt.getTime() };
      entriesOf(tenant).set(queryHash, entry);
    },
    async naming(tenant, image) {
      return [...entriesOf(tenant)].flatMap(([queryHash, { answer }]) =>
        answer.pictures.some(({ image_id }) => image_id === image) ? [queryHash] : [],
      );
    },
    async remove(tenant, queryHashes) {
      for (const queryHash of queryHashes) entriesOf(tenant).delete(queryHash);
    },
  };
}
