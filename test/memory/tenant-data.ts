import type { TenantId } from '#shared/kernel/ids.ts';
import type { TenantData } from '#shared/purges/tenant-data.ts';

/** A place of things in memory, for tests. */
export function memoryTenantData(
  place: string,
  slice = 1000,
): TenantData & { add(tenant: TenantId, things: number): void } {
  const things = new Map<TenantId, number>();
  return {
    place,
    add(tenant, more) {
      things.set(tenant, (things.get(tenant) ?? 0) + more);
    },
    async removeSome(tenant) {
      const there = things.get(tenant) ?? 0;
      things.set(tenant, Math.max(0, there - slice));
      return Math.min(there, slice);
    },
    async count(tenant) {
      return things.get(tenant) ?? 0;
    },
  };
}
