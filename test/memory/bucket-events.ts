import type { StorageId, TenantId } from '#shared/kernel/ids.ts';
import type { BucketEvents, EventSource } from '#shared/storages/bucket-events.ts';

/** Event buses in memory, for tests. */
export function memoryBucketEvents(): BucketEvents & { readonly buses: ReadonlyMap<string, EventSource> } {
  const buses = new Map<string, EventSource>();
  const nameOf = (tenant: TenantId, storage: StorageId) => `${tenant}.${storage}`;
  const of = (tenant: TenantId) => [...buses.keys()].filter((name) => name.startsWith(`${tenant}.`));
  return {
    buses,
    async turnOn(tenant, storage, source) {
      buses.set(nameOf(tenant, storage), source);
      return `arn:aws:events:local:000000000000:event-bus/${nameOf(tenant, storage)}`;
    },
    async turnOff(tenant, storage) {
      buses.delete(nameOf(tenant, storage));
    },
    async removeSome(tenant) {
      return of(tenant).filter((name) => buses.delete(name)).length;
    },
    async count(tenant) {
      return of(tenant).length;
    },
  };
}
