import type { VectorIndex } from '#shared/vector-index/vector-index.ts';

/**
 * Creates a model's partition before this process's first search by it: a model has none before its first image, and a
 * search then returns nothing instead of failing. In the call, not when the process starts: an index that is unavailable
 * fails that call alone, and the next tries again.
 */
export function preparedIndex(index: Pick<VectorIndex, 'prepare' | 'search'>): Pick<VectorIndex, 'search'> {
  const prepared = new Map<string, Promise<void>>();

  function prepare(model: string, dimension: number): Promise<void> {
    const known = prepared.get(model);
    if (known) return known;
    const preparing = index.prepare(model, dimension);
    prepared.set(model, preparing);
    preparing.catch(() => prepared.delete(model));
    return preparing;
  }

  return {
    async search(tenant, model, query) {
      await prepare(model, query.copy.length);
      return index.search(tenant, model, query);
    },
  };
}
