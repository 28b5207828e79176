import type { TenantId } from '#shared/kernel/ids.ts';
import type { TenantData } from '#shared/purges/tenant-data.ts';

/** Counts of items in memory, for tests. */
export function memoryTenantData(
  store: string,
  slice = 1000,
): TenantData & { add(tenant: TenantId, items: number): void } {
  const counts = new Map<TenantId, number>();
  return {
    store,
    add(tenant, items) {
      counts.set(tenant, (counts.get(tenant) ?? 0) + items);
    },
    async removeSome(tenant) {
      const present = counts.get(tenant) ?? 0;
      counts.set(tenant, Math.max(0, present - slice));
      return Math.min(present, slice);
    },
    async count(tenant) {
      return counts.get(tenant) ?? 0;
    },
  };
}
