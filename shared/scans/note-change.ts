import type { StorageStore } from '#shared/storages/storage-store.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import type { Catalogue } from './catalogue.ts';
import type { ObjectEvent } from './object-event.ts';
import type { startChanges } from './start-changes.ts';

interface Ports {
  storages: Pick<StorageStore, 'get'>;
  tenants: Pick<TenantStore, 'get'>;
  catalogue: Pick<Catalogue, 'noteChanged'>;
  start: ReturnType<typeof startChanges>;
}

/**
 * Notes that an object of a tenant's bucket has changed, and has a job look at it. Repeated, it is the same note. An event
 * of a location that is not there, or has no events, changes nothing.
 */
export const noteChange =
  ({ storages, tenants, catalogue, start }: Ports) =>
  async ({ tenant_id: tenant, storage_id: storage, event }: ObjectEvent): Promise<'noted' | 'dropped'> => {
    const { key } = event.detail.object;
    const [location, owner] = await Promise.all([storages.get(tenant, storage), tenants.get(tenant)]);
    if (location?.state !== 'active' || !location.events || owner?.state !== 'active') return 'dropped';
    if (!key.startsWith(location.prefix)) return 'dropped';
    await catalogue.noteChanged(tenant, storage, key);
    await start(tenant, storage);
    return 'noted';
  };
