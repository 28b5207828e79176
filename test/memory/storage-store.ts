import type { StorageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { StorageLocation } from '#shared/storages/storage-location.ts';
import type { StorageStore } from '#shared/storages/storage-store.ts';
import { targetDigest } from '#shared/storages/target-digest.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';

/** Storage locations in memory, for tests. @param tenants absent: all tenants are active */
export function memoryStorageStore(tenants?: Pick<TenantStore, 'get'>): StorageStore {
  const locations = new Map<string, StorageLocation>();
  /** The location that has an external id, by tenant and external id. */
  const trusts = new Map<string, { tenant: TenantId; externalId: string; storage?: StorageId }>();
  const keyOf = (...parts: string[]) => JSON.stringify(parts);
  const of = (tenant: TenantId) =>
    [...locations.values()]
      .filter(({ tenant_id }) => tenant_id === tenant)
      .sort((a, b) => (a.storage_id < b.storage_id ? -1 : 1));
  const externalIdOf = (location: StorageLocation) =>
    location.type === 's3' ? location.config.external_id : undefined;
  const put = (location: StorageLocation): StorageLocation => {
    // As in a table, an attribute that is undefined is absent.
    const stored: StorageLocation = structuredClone(location);
    for (const [name, value] of Object.entries(stored))
      if (value === undefined) Reflect.deleteProperty(stored, name);
    locations.set(keyOf(location.tenant_id, location.storage_id), stored);
    return structuredClone(stored);
  };
  const checkActive = async (tenant: TenantId) => {
    if (tenants && (await tenants.get(tenant))?.state !== 'active')
      throw new Problem('conflict', `The tenant ${tenant} is not active.`);
  };
  const find = (tenant: TenantId, digest: string) =>
    of(tenant).find((each) => targetDigest(each) === digest)?.storage_id;

  return {
    async add(tenant, location, most) {
      await checkActive(tenant); // first: what follows happens at once
      const known = find(tenant, targetDigest(location));
      if (known) return { outcome: 'known', storage_id: known };
      const externalId = externalIdOf(location);
      const trust = externalId === undefined ? undefined : trusts.get(keyOf(tenant, externalId));
      if (externalId !== undefined && (!trust || trust.storage)) return { outcome: 'external_id' };
      if (of(tenant).length >= most) return { outcome: 'full' };
      if (trust) trust.storage = location.storage_id;
      put(location);
      return { outcome: 'added' };
    },
    async get(tenant, storage) {
      return structuredClone(locations.get(keyOf(tenant, storage)));
    },
    async list(tenant) {
      return structuredClone(of(tenant));
    },
    async findTarget(tenant, digest) {
      return find(tenant, digest);
    },
    async change(tenant, storage, change) {
      const before = locations.get(keyOf(tenant, storage));
      return before?.state === 'active' ? put({ ...before, ...change }) : undefined;
    },
    async beginRemoval(tenant, storage, job) {
      const before = locations.get(keyOf(tenant, storage));
      if (!before) return undefined;
      const { next_scan_at: _, ...rest } = before;
      return put({ ...rest, state: 'removing', removal_job_id: before.removal_job_id ?? job });
    },
    async remove(tenant, storage) {
      const location = locations.get(keyOf(tenant, storage));
      if (!location) return;
      if (location.state !== 'removing')
        throw new Problem('conflict', `The storage location ${storage} is not being removed.`);
      locations.delete(keyOf(tenant, storage));
      const externalId = externalIdOf(location);
      if (externalId !== undefined) trusts.delete(keyOf(tenant, externalId));
    },
    async *due(at) {
      const all = [...locations.values()]
        .filter(({ next_scan_at }) => next_scan_at && next_scan_at <= at)
        .sort((a, b) => String(a.next_scan_at).localeCompare(String(b.next_scan_at)));
      for (const { tenant_id, storage_id } of all) yield { tenant_id, storage_id };
    },
    async issueExternalId(tenant, externalId, most) {
      await checkActive(tenant);
      const own = [...trusts.values()].filter((each) => each.tenant === tenant);
      if (own.length < most) {
        trusts.set(keyOf(tenant, externalId), { tenant, externalId });
        return externalId;
      }
      const unused = own.find(({ storage }) => storage === undefined);
      if (!unused) throw new Problem('conflict', 'All external ids are in use. Try again.');
      return unused.externalId;
    },
    async isFreeExternalId(tenant, externalId) {
      const trust = trusts.get(keyOf(tenant, externalId));
      return trust !== undefined && trust.storage === undefined;
    },
  };
}
