import { oncePerKey } from '#shared/kernel/once-per-key.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';

/**
 * Creates a model's partition before this process's first search by it: a model has none before its first image, and a
 * search then returns nothing instead of failing. In the call, not when the process starts: an index that is unavailable
 * fails that call alone, and the next tries again.
 */
export function preparedIndex(index: Pick<VectorIndex, 'prepare' | 'search'>): Pick<VectorIndex, 'search'> {
  const prepare = oncePerKey((model: string, dimension: number) => index.prepare(model, dimension));
  return {
    async search(tenant, model, query) {
      await prepare(model, query.copy.length);
      return index.search(tenant, model, query);
    },
  };
}
