import type { TenantId } from '#shared/kernel/ids.ts';
import { type Counters, difference, INDEXED, sumOf } from '#shared/statistics/statistics.ts';
import type { CountedId, StatisticsStore } from '#shared/statistics/statistics-store.ts';

const MINUTE = 60_000;

/** Statistics in memory, for tests. */
export function memoryStatisticsStore(now: () => number = Date.now): StatisticsStore {
  const tenants = new Map<TenantId, Map<CountedId, Counters>>();
  const indexed = new Map<TenantId, number[]>();
  const sums = (tenant: TenantId): Counters => sumOf([...(tenants.get(tenant)?.values() ?? [])]);

  return {
    async update(tenant, ids, readContributions) {
      const contributions = await readContributions(ids);
      const own = tenants.get(tenant) ?? new Map<CountedId, Counters>();
      tenants.set(tenant, own);
      for (const id of new Set(ids)) {
        const after = contributions.get(id);
        const gained = difference(own.get(id) ?? {}, after ?? {})[INDEXED] ?? 0;
        if (gained > 0) indexed.set(tenant, [...(indexed.get(tenant) ?? []), now()]);
        if (after) own.set(id, after);
        else own.delete(id);
      }
    },
    async read(tenant) {
      return sums(tenant);
    },
    async readMany(ids) {
      return new Map(ids.filter((id) => tenants.get(id)?.size).map((id) => [id, sums(id)]));
    },
    async indexingRate(tenant) {
      const recent = (indexed.get(tenant) ?? []).filter((at) => at > now() - MINUTE);
      return recent.length / 60;
    },
  };
}
