import type { TenantId } from '#shared/kernel/ids.ts';
import { addUsage, NO_USAGE, type Usage } from '#shared/usage/usage.ts';
import type { UsageStore } from '#shared/usage/usage-store.ts';

/** Usage in memory, for tests. */
export function memoryUsageStore(): UsageStore {
  const counted = new Set<string>();
  const days = new Map<TenantId, Map<string, Usage>>();

  const daysOf = (tenant: TenantId, period: string) =>
    [...(days.get(tenant) ?? [])]
      .filter(([date]) => date.startsWith(period))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([date, usage]) => ({ date, ...usage }));
  const totalOf = (tenant: TenantId, period: string): Usage =>
    daysOf(tenant, period).reduce(addUsage, NO_USAGE);

  return {
    async meter(tenant, calls) {
      let sum = NO_USAGE;
      for (const { id, at, usage } of calls) {
        if (counted.has(`${tenant}/${id}`)) continue;
        counted.add(`${tenant}/${id}`);
        const own = days.get(tenant) ?? new Map<string, Usage>();
        const date = at.slice(0, 10);
        days.set(tenant, own.set(date, addUsage(own.get(date) ?? NO_USAGE, usage)));
        sum = addUsage(sum, usage);
      }
      return sum;
    },
    async read(tenant, period) {
      return { total: totalOf(tenant, period), daily: daysOf(tenant, period) };
    },
    async readTotals(tenants, period) {
      const totals = tenants.map((tenant) => [tenant, totalOf(tenant, period)] as const);
      return new Map(totals.filter(([, { requests }]) => requests > 0));
    },
  };
}
