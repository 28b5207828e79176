import { pause } from '#shared/aws/dynamodb-errors.ts';
import { imageKey, storedKey, storedMonthsAfter, tenantPartition } from '#shared/aws/dynamodb-keys.ts';
import type { Table, Write } from '#shared/aws/dynamodb-table.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { freeExternalId } from './dynamodb-external-ids.ts';
import { recordOf, UNSETTLED_KEYS, unsettledKeys } from './dynamodb-image-items.ts';
import { moved, stepUpdate } from './dynamodb-image-steps.ts';
import { libraryChange } from './dynamodb-library-version.ts';
import {
  count,
  countedAsIn,
  countInMonth,
  countsOf,
  difference,
  hasRoomFor,
  quotaUseIn,
  readStoredMonth,
  uncount,
} from './dynamodb-quota-counters.ts';
import { type ImageRecord, statusesBefore } from './image-record.ts';
import type { ImageStore } from './image-store.ts';
import { countedBytes } from './quota.ts';
import { tombstoneOf } from './tombstone.ts';

const ATTEMPTS = 6;

/** Waits between attempts, as other calls of the tenant write the same item. */
export const contended = {
  attempts: ATTEMPTS,
  pause,
  exhausted: () => new Problem('dependency_unavailable', 'The database is busy. Try again in a moment.'),
};

/** An admitted image is settled. */
const ADMITTED = ['reserved_bytes', ...UNSETTLED_KEYS];

/**
 * Counts a tenant's images and bytes in one item. It changes in the same transaction as the image that it counts, so it
 * is exact. Concurrent transactions of a tenant conflict on it and are repeated (`send`).
 */
export function imageQuota(
  table: Table,
): Pick<ImageStore, 'admit' | 'stored' | 'storedAt' | 'storedOf' | 'quotaUse' | 'markPurged'> {
  const quotaUse: ImageStore['quotaUse'] = async (tenant) => quotaUseIn(await table.get(storedKey(tenant)));

  return {
    quotaUse,
    async stored(tenant) {
      return (await quotaUse(tenant)).stored;
    },
    async storedAt(tenant, period) {
      let { images, bytes } = (await quotaUse(tenant)).stored;
      const [from, to] = storedMonthsAfter(period);
      const later = table.query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': tenantPartition(tenant), ':from': from, ':to': to },
      });
      for await (const item of later) {
        const change = readStoredMonth(item);
        images -= change.images;
        bytes -= change.bytes;
      }
      return { images, bytes };
    },
    async storedOf(tenants) {
      const items = await table.getMany([...new Set(tenants)].map(storedKey));
      const byPartition = new Map(items.map((item) => [item.pk, item]));
      return new Map(
        tenants.map((tenant) => [tenant, quotaUseIn(byPartition.get(storedKey(tenant).pk)).stored]),
      );
    },
    async admit(tenant, image, at, change, quota) {
      const Key = imageKey(tenant, image);
      return retryOnConflict(contended, async () => {
        const item = await table.get(Key);
        if (!item) return undefined;
        const before = recordOf(item);
        if (!statusesBefore('validated').includes(before.status))
          return { moved: false, full: false, record: before };
        if (before.stored_bytes !== undefined) {
          const step = moved(await table.update(Key, stepUpdate(tenant, 'validated', at, change)));
          return step && { ...step, full: false };
        }
        const stored = { stored_bytes: countedBytes(before, change.file_size) };
        const update = stepUpdate(tenant, 'validated', at, { ...change, ...stored }, ADMITTED);
        const counted = difference(countsOf(stored), countsOf(before));
        const admitted = await table.writeTogether([
          { Update: { Key, ...countedAsIn(before, update) } },
          count(tenant, counted, quota),
          countInMonth(tenant, at, { images: 1, bytes: stored.stored_bytes }),
        ]);
        if (!admitted) {
          // The quota is full; or else the image changed, or room came free after the write was refused.
          const full = !hasRoomFor(await quotaUse(tenant), counted, quota);
          return full ? { moved: false, full, record: before } : CONFLICT;
        }
        return { moved: true, full: false, record: admittedRecord(before, at, { ...change, ...stored }) };
      });
    },
    async markPurged(tenant, image, at) {
      // Only steps that change what is counted refuse the write, and each happens a few times to an image: no bound is needed.
      return retryOnConflict({ ...contended, attempts: Number.POSITIVE_INFINITY }, async () => {
        const item = await table.get(imageKey(tenant, image));
        if (!item || item.status === 'purged') return false;
        const record = recordOf(item);
        const writes = [...purgeWrites(record, at), ...(await freeExternalId(table, record))];
        return (await table.writeTogether(writes)) || CONFLICT;
      });
    },
  };
}

/** Returns the record as `stepUpdate` writes it: the transaction returns none, and a read would cost as much as the one before it. */
function admittedRecord(
  { failure: _, reserved_bytes: __, ...before }: ImageRecord,
  at: string,
  change: Partial<ImageRecord>,
): ImageRecord {
  return { ...before, ...change, status: 'validated', validated_at: at, updated_at: at };
}

/** Replaces a record by its tombstone and reduces the counters, on condition that they count the image as it was read. */
function purgeWrites(record: ImageRecord, at: string): Write[] {
  const { tenant_id: tenant, image_id: image } = record;
  const counted = countsOf(record);
  const condition = {
    ConditionExpression: 'attribute_exists(pk) AND #status <> :purged',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':purged': 'purged' },
  };
  return [
    {
      Put: {
        Item: {
          ...imageKey(tenant, image),
          ...tombstoneOf(record, at),
          // The purge may be interrupted, and a validation in progress may write objects: they are removed later.
          ...unsettledKeys(image, at),
        },
        ...countedAsIn(record, condition),
      },
    },
    ...(counted.images > 0 ? [uncount(tenant, counted)] : []),
    ...(record.stored_bytes !== undefined
      ? [countInMonth(tenant, at, { images: -1, bytes: -record.stored_bytes })]
      : []),
    libraryChange(tenant, image), // in any state: it may have been indexed since it was read
  ];
}
