import type { TenantId } from '#shared/kernel/ids.ts';
import { type Counters, difference, INDEXED, sumOf } from '#shared/statistics/statistics.ts';
import type { StatisticsStore, Thing } from '#shared/statistics/statistics-store.ts';

const MINUTE = 60_000;

/** Statistics in memory, for tests. */
export function memoryStatisticsStore(now: () => number = Date.now): StatisticsStore {
  const tenants = new Map<TenantId, Map<Thing, Counters>>();
  const indexed = new Map<TenantId, number[]>();
  const sums = (tenant: TenantId): Counters => sumOf([...(tenants.get(tenant)?.values() ?? [])]);

  return {
    async update(tenant, things, look) {
      const found = await look(things);
      const own = tenants.get(tenant) ?? new Map<Thing, Counters>();
      tenants.set(tenant, own);
      for (const thing of new Set(things)) {
        const after = found.get(thing);
        const gained = difference(own.get(thing) ?? {}, after ?? {})[INDEXED] ?? 0;
        if (gained > 0) indexed.set(tenant, [...(indexed.get(tenant) ?? []), now()]);
        if (after) own.set(thing, after);
        else own.delete(thing);
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
