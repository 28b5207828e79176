import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import {
  type Key,
  profileKey,
  SCHEDULED_SCANS,
  STORAGE_PREFIX,
  storageKey,
  storageTargetKey,
  TRUST_PREFIX,
  tenantPartition,
  trustKey,
} from '#shared/aws/dynamodb-keys.ts';
import { type Item, openTable, type TableOptions, type Write } from '#shared/aws/dynamodb-table.ts';
import { setAndRemove } from '#shared/aws/dynamodb-update.ts';
import { StorageIdField, TenantIdField } from '#shared/kernel/id-fields.ts';
import { type StorageId, storageId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { StorageLocation } from './storage-location.ts';
import type { Added, StorageStore } from './storage-store.ts';
import { targetDigest } from './target-digest.ts';

const locationOf = itemReader('tenants', StorageLocation);
const dueOf = itemReader('tenants', z.object({ tenant_id: TenantIdField, storage_id: StorageIdField }));

const notActive = (tenant: TenantId): Problem =>
  new Problem('conflict', `The tenant ${tenant} is not active.`);

/** Returns the key of the index `by_next_scan`, for a location that is scheduled. */
const scheduledAt = (next_scan_at: string | undefined): Item =>
  next_scan_at === undefined ? {} : { gsi_scans: SCHEDULED_SCANS };
const externalIdOf = ({ type, config }: StorageLocation): string | undefined =>
  type === 's3' ? config.external_id : undefined;

/** Stores locations in the table `tenants`, and their number and that of external ids in the tenant's profile. */
export function dynamoStorageStore(options: TableOptions): StorageStore {
  const table = openTable(options);

  const itemsWith = (tenant: TenantId, prefix: string) =>
    table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': tenantPartition(tenant), ':prefix': prefix },
    });

  async function get(tenant: TenantId, storage: StorageId): Promise<StorageLocation | undefined> {
    const item = await table.get(storageKey(tenant, storage));
    return item && locationOf(item);
  }

  async function findTarget(tenant: TenantId, digest: string): Promise<StorageId | undefined> {
    const item = await table.get(storageTargetKey(tenant, digest));
    return item && storageId(String(item.storage_id));
  }

  async function isFreeExternalId(tenant: TenantId, externalId: string): Promise<boolean> {
    const item = await table.get(trustKey(tenant, externalId));
    return item !== undefined && item.storage_id === undefined;
  }

  async function checkActive(tenant: TenantId): Promise<void> {
    if ((await table.get(profileKey(tenant)))?.state !== 'active') throw notActive(tenant);
  }

  return {
    get,
    findTarget,
    isFreeExternalId,
    async add(tenant, location, most): Promise<Added> {
      const { storage_id } = location;
      const digest = targetDigest(location);
      const externalId = externalIdOf(location);
      const item = { ...storageKey(tenant, storage_id), ...location, ...scheduledAt(location.next_scan_at) };
      const added = await table.writeTogether([
        create(item),
        create({ ...storageTargetKey(tenant, digest), storage_id }),
        countMore(tenant, 'storages', most),
        ...(externalId === undefined ? [] : [take(tenant, externalId, storage_id)]),
      ]);
      if (added) return { outcome: 'added' };
      const known = await findTarget(tenant, digest);
      if (known) return { outcome: 'known', storage_id: known };
      if (externalId !== undefined && !(await isFreeExternalId(tenant, externalId)))
        return { outcome: 'external_id' };
      await checkActive(tenant);
      return { outcome: 'full' };
    },
    async list(tenant) {
      const locations: StorageLocation[] = [];
      for await (const item of itemsWith(tenant, STORAGE_PREFIX)) locations.push(locationOf(item));
      return locations;
    },
    async change(tenant, storage, change) {
      const removed = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [name] : []));
      const { applied, item } = await table.update(
        storageKey(tenant, storage),
        setAndRemove(
          { storage_id: storage, ...change, ...scheduledAt(change.next_scan_at) },
          [...removed, ...(removed.includes('next_scan_at') ? ['gsi_scans'] : [])],
          { attribute: 'state', oneOf: ['active'] },
        ),
      );
      return applied && item ? locationOf(item) : undefined;
    },
    async beginRemoval(tenant, storage, job) {
      const { applied, item } = await table.update(storageKey(tenant, storage), {
        UpdateExpression:
          'SET #state = :removing, removal_job_id = if_not_exists(removal_job_id, :job) REMOVE gsi_scans, next_scan_at',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':removing': 'removing', ':job': job },
      });
      return applied && item ? locationOf(item) : undefined;
    },
    async remove(tenant, storage) {
      const location = await get(tenant, storage);
      if (!location) return;
      const externalId = externalIdOf(location);
      const removed = await table.writeTogether([
        {
          Delete: {
            Key: storageKey(tenant, storage),
            ConditionExpression: '#state = :removing',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':removing': 'removing' },
          },
        },
        { Delete: { Key: storageTargetKey(tenant, targetDigest(location)) } },
        ...(externalId === undefined ? [] : [{ Delete: { Key: trustKey(tenant, externalId) } }]),
        countLess(tenant, ['storages', ...(externalId === undefined ? [] : (['external_ids'] as const))]),
      ]);
      if (!removed && (await get(tenant, storage)))
        throw new Problem('conflict', `The storage location ${storage} is not being removed.`);
    },
    async *due(at) {
      const scheduled = table.query({
        IndexName: 'by_next_scan',
        KeyConditionExpression: 'gsi_scans = :scans AND next_scan_at <= :at',
        ExpressionAttributeValues: { ':scans': SCHEDULED_SCANS, ':at': at },
      });
      for await (const item of scheduled) yield dueOf(item);
    },
    async issueExternalId(tenant, externalId, most) {
      const issued = await table.writeTogether([
        create({ ...trustKey(tenant, externalId), external_id: externalId }),
        countMore(tenant, 'external_ids', most),
      ]);
      if (issued) return externalId;
      await checkActive(tenant);
      for await (const item of itemsWith(tenant, TRUST_PREFIX))
        if (item.storage_id === undefined) return String(item.external_id);
      throw new Problem('conflict', 'All external ids are in use. Try again.');
    },
  };
}

const create = (Item: Item & Key): Write => ({
  Put: { Item, ConditionExpression: 'attribute_not_exists(pk)' },
});

/** Gives an external id that was issued to the tenant to a location. */
const take = (tenant: TenantId, externalId: string, storage: StorageId): Write => ({
  Update: {
    Key: trustKey(tenant, externalId),
    UpdateExpression: 'SET storage_id = :storage',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(storage_id)',
    ExpressionAttributeValues: { ':storage': storage },
  },
});

type Counter = 'storages' | 'external_ids';

/** Adds one to a counter of an active tenant's profile, up to `most`. */
const countMore = (tenant: TenantId, counter: Counter, most: number): Write => ({
  Update: {
    Key: profileKey(tenant),
    UpdateExpression: `ADD ${counter} :one`,
    ConditionExpression: `#state = :active AND (attribute_not_exists(${counter}) OR ${counter} < :most)`,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':active': 'active', ':most': most, ':one': 1 },
  },
});

const countLess = (tenant: TenantId, counters: readonly Counter[]): Write => ({
  Update: {
    Key: profileKey(tenant),
    UpdateExpression: `ADD ${counters.map((counter) => `${counter} :less`).join(', ')}`,
    ConditionExpression: counters.map((counter) => `${counter} > :none`).join(' AND '),
    ExpressionAttributeValues: { ':less': -1, ':none': 0 },
  },
});
