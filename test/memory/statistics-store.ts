import type { TenantId } from '#shared/kernel/ids.ts';
import { PIPELINE_STAGES, passedBetween } from '#shared/statistics/pipeline-stages.ts';
import { type Counters, sumOf } from '#shared/statistics/statistics.ts';
import type { CountedId, StatisticsStore } from '#shared/statistics/statistics-store.ts';

const MINUTE = 60_000;

/** Statistics in memory, for tests. */
export function memoryStatisticsStore(now: () => number = Date.now): StatisticsStore {
  const tenants = new Map<TenantId, Map<CountedId, Counters>>();
  const passed = new Map<TenantId, { at: number; stages: Counters }[]>();
  const sums = (tenant: TenantId): Counters => sumOf([...(tenants.get(tenant)?.values() ?? [])]);

  return {
    async update(tenant, ids, readContributions) {
      const contributions = await readContributions(ids);
      const own = tenants.get(tenant) ?? new Map<CountedId, Counters>();
      tenants.set(tenant, own);
      for (const id of new Set(ids)) {
        const after = contributions.get(id);
        const step = { at: now(), stages: passedBetween(own.get(id), after) };
        passed.set(tenant, [...(passed.get(tenant) ?? []), step]);
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
    async rates(tenant) {
      const recent = (passed.get(tenant) ?? []).filter(({ at }) => at > now() - MINUTE);
      const counts = sumOf(recent.map(({ stages }) => stages));
      return Object.fromEntries(PIPELINE_STAGES.map(({ passed }) => [passed, (counts[passed] ?? 0) / 60]));
    },
  };
}
