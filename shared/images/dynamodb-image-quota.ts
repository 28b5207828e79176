import { pause } from '#shared/aws/dynamodb-errors.ts';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { imageKey, storedKey } from '#shared/aws/dynamodb-keys.ts';
import type { Item, Table, Update, Write } from '#shared/aws/dynamodb-table.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { recordOf } from './dynamodb-image-items.ts';
import { moved, stepUpdate } from './dynamodb-image-steps.ts';
import { libraryChange } from './dynamodb-library-version.ts';
import { statusesBefore } from './image-record.ts';
import type { ImageStore } from './image-store.ts';
import { hasRoom, NOTHING_STORED, Stored } from './quota.ts';
import { tombstoneOf } from './tombstone.ts';

const ATTEMPTS = 6;

/**
 * Counts a tenant's images and bytes in one item. It changes in the same transaction as the image that it counts, so it
 * is exact. Concurrent transactions of a tenant conflict on it and are repeated (`send`).
 */
export function imageQuota(table: Table): Pick<ImageStore, 'admit' | 'stored' | 'storedOf' | 'markPurged'> {
  const stored = async (tenant: TenantId): Promise<Stored> => storedIn(await table.get(storedKey(tenant)));

  return {
    stored,
    async storedOf(tenants) {
      const items = await table.getMany([...new Set(tenants)].map(storedKey));
      const byPartition = new Map(items.map((item) => [item.pk, item]));
      return new Map(tenants.map((tenant) => [tenant, storedIn(byPartition.get(storedKey(tenant).pk))]));
    },
    async admit(tenant, image, at, change, quota) {
      const size = change.file_size;
      const update = stepUpdate(tenant, 'validated', at, { ...change, stored_bytes: size });
      const exhausted = () =>
        new Problem('dependency_unavailable', 'The database is busy. Try again in a moment.');
      return retryOnConflict({ attempts: ATTEMPTS, pause, exhausted }, async () => {
        const admitted = await table.writeTogether([
          { Update: { Key: imageKey(tenant, image), ...onCondition(update, NOT_COUNTED) } },
          { Update: { Key: storedKey(tenant), ...addWithin(quota, size) } },
        ]);
        const item = await table.get(imageKey(tenant, image));
        if (!item) return undefined;
        const record = recordOf(item);
        if (admitted) return { moved: true, full: false, record };
        // Find the condition that was not met.
        if (!statusesBefore('validated').includes(record.status))
          return { moved: false, full: false, record };
        if (record.stored_bytes !== undefined) {
          const again = stepUpdate(tenant, 'validated', at, change);
          const step = moved(await table.update(imageKey(tenant, image), again));
          return step && { ...step, full: false };
        }
        if (!hasRoom(await stored(tenant), size, quota)) return { moved: false, full: true, record };
        return CONFLICT; // room came free after the write was refused
      });
    },
    async markPurged(tenant, image, at) {
      // Only an admission and a purge refuse the write, and each happens once to an image: no bound is needed.
      const exhausted = () =>
        new Problem('dependency_unavailable', 'The database is busy. Try again in a moment.');
      return retryOnConflict({ attempts: Number.POSITIVE_INFINITY, exhausted }, async () => {
        const item = await table.get(imageKey(tenant, image));
        if (!item || item.status === 'purged') return false;
        return (await table.writeTogether(purgeWrites(tenant, image, item, at))) || CONFLICT;
      });
    },
  };
}

const readStored = itemReader('images', Stored);
const storedIn = (item: Item | undefined): Stored => (item ? readStored(item) : NOTHING_STORED);

const NOT_COUNTED = 'attribute_not_exists(stored_bytes)';

const onCondition = (update: Update, condition: string): Update => ({
  ...update,
  ConditionExpression: `${update.ConditionExpression} AND ${condition}`,
});

const add = (images: number, bytes: number): Update => ({
  UpdateExpression: 'ADD #images :images, #bytes :bytes',
  ExpressionAttributeNames: { '#images': 'images', '#bytes': 'bytes' },
  ExpressionAttributeValues: { ':images': images, ':bytes': bytes },
});

/** Counts an image of `size` bytes, on condition that the quota has room. A missing item counts as 0. */
function addWithin(quota: Stored, size: number): Update {
  const { ExpressionAttributeValues, ...update } = add(1, size);
  const within = '#images < :max AND #bytes <= :room';
  return {
    ...update,
    ConditionExpression: hasRoom(NOTHING_STORED, size, quota)
      ? `attribute_not_exists(pk) OR (${within})`
      : within,
    ExpressionAttributeValues: {
      ...ExpressionAttributeValues,
      ':max': quota.images,
      ':room': quota.bytes - size,
    },
  };
}

/** Replaces a record by its tombstone and reduces the counters, on condition that `stored_bytes` is as it was read. */
function purgeWrites(tenant: TenantId, image: ImageId, item: Item, at: string): Write[] {
  const record = recordOf(item);
  const { stored_bytes } = record;
  const counted = stored_bytes !== undefined;
  return [
    {
      Put: {
        Item: { ...imageKey(tenant, image), ...tombstoneOf(record, at) },
        ConditionExpression: `attribute_exists(pk) AND #status <> :purged AND ${counted ? 'stored_bytes = :stored' : NOT_COUNTED}`,
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':purged': 'purged', ...(counted && { ':stored': stored_bytes }) },
      },
    },
    ...(counted ? [{ Update: { Key: storedKey(tenant), ...add(-1, -stored_bytes) } }] : []),
    libraryChange(tenant, image), // in any state: it may have been indexed since it was read
  ];
}
