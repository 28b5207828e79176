import { partsOfRole } from '#shared/connectors/role-arn.ts';
import type { StorageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { BucketEvents, EventSource } from './bucket-events.ts';
import { type EventsTemplate, eventsTemplate } from './events-template.ts';
import type { StorageLocation } from './storage-location.ts';
import type { StorageStore } from './storage-store.ts';

interface Ports {
  storages: Pick<StorageStore, 'get' | 'change'>;
  events: Pick<BucketEvents, 'turnOn' | 'turnOff'>;
  now?: () => Date;
}

/** Turns events of the bucket of a tenant's location on and off. */
export function manageEvents({ storages, events, now = () => new Date() }: Ports) {
  async function find(tenant: TenantId, storage: StorageId): Promise<StorageLocation> {
    const location = await storages.get(tenant, storage);
    if (!location) throw new Problem('not_found', `There is no storage location ${storage}.`);
    return location;
  }
  const isRemoving = (storage: StorageId) =>
    new Problem('conflict', `The storage location ${storage} is being removed.`);
  const write = (tenant: TenantId, storage: StorageId, taken: StorageLocation['events']) =>
    storages.change(tenant, storage, { events: taken, updated_at: now().toISOString() });

  return {
    /**
     * Idempotent.
     * @returns the location, and a template for the tenant's account
     * @throws Problem `not_found`; `conflict` if it is being removed, or it is not known whose its bucket is
     */
    async turnOn(
      tenant: TenantId,
      storage: StorageId,
    ): Promise<{ location: StorageLocation; bus_arn: string; template: EventsTemplate }> {
      const before = await find(tenant, storage);
      if (before.state !== 'active') throw isRemoving(storage);
      const source = sourceOf(before);
      const bus_arn = await events.turnOn(tenant, storage, source);
      const location = await write(tenant, storage, { bus_arn });
      if (location) return { location, bus_arn, template: eventsTemplate(source, bus_arn) };
      // The removal may have been past the bus: then nobody else removes it.
      await events.turnOff(tenant, storage);
      throw isRemoving(storage);
    },

    /** Idempotent. @throws Problem `not_found`; `conflict` if it is being removed */
    async turnOff(tenant: TenantId, storage: StorageId): Promise<StorageLocation> {
      await find(tenant, storage);
      const location = await write(tenant, storage, undefined);
      if (!location) throw isRemoving(storage);
      await events.turnOff(tenant, storage);
      return location;
    },
  };
}

/** @throws Problem `conflict` for a location without a role: it does not say whose account may send its events */
function sourceOf({ type, config, prefix }: StorageLocation): EventSource {
  const role = type === 's3' && config.role_arn !== undefined ? partsOfRole(config.role_arn) : undefined;
  if (type === 's3' && role) return { account: role.account, bucket: config.bucket, prefix };
  throw new Problem(
    'conflict',
    'Events are for locations of S3 that are opened by a role: the bucket belongs to its account. Scan others on a schedule.',
  );
}
