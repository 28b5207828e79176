import { countedIdAt, imageKey, storedKey, UNSETTLED_PARTITIONS } from '#shared/aws/dynamodb-keys.ts';
import type { Table, Write } from '#shared/aws/dynamodb-table.ts';
import { type ImageId, imageId, type TenantId } from '#shared/kernel/ids.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { claimExternalId, externalIdOwners, freeExternalId } from './dynamodb-external-ids.ts';
import { imageItem, recordOf, UNSETTLED_KEYS } from './dynamodb-image-items.ts';
import { contended } from './dynamodb-image-quota.ts';
import {
  count,
  countedAsIn,
  countsOf,
  difference,
  hasRoomFor,
  quotaUseIn,
  reservations,
  uncount,
} from './dynamodb-quota-counters.ts';
import { splitByExternalId } from './external-ids.ts';
import { type ImageRecord, isRefused, statusesBefore } from './image-record.ts';
import type { ImageStore } from './image-store.ts';
import { countedBytes, fitting, type Stored } from './quota.ts';

/** Items in one transaction besides the counters. */
const TOGETHER = 99;

/** Splits records into those that one transaction can write. */
function* transactions(records: readonly ImageRecord[]): Generator<ImageRecord[]> {
  let together: ImageRecord[] = [];
  let items = 0;
  for (const record of records) {
    const more = record.external_id === undefined ? 1 : 2;
    if (items + more > TOGETHER) {
      yield together;
      together = [];
      items = 0;
    }
    together.push(record);
    items += more;
  }
  if (together.length > 0) yield together;
}

/**
 * Reserves quota for announced images. A reservation is an attribute of the image's record, and changes in the same
 * transaction as the counters of the tenant.
 */
export function imageReservations(
  table: Table,
): Pick<ImageStore, 'announce' | 'reserve' | 'release' | 'expire' | 'unsettled' | 'settle'> {
  const announceTogether = (tenant: TenantId, records: readonly ImageRecord[], quota: Stored) =>
    retryOnConflict(contended, async () => {
      const [use, owners] = await Promise.all([
        table.get(storedKey(tenant)).then(quotaUseIn),
        externalIdOwners(table, tenant, records),
      ]);
      const { free, taken } = splitByExternalId(records, owners);
      const fit = fitting(free, use, quota);
      if (fit.length === 0) return { announced: [], taken };
      const announced = fit.map((record) => ({
        ...record,
        reserved_bytes: countedBytes(record, record.file_size),
      }));
      const puts = announced.flatMap((record): Write[] => [
        { Put: { Item: imageItem(record), ConditionExpression: 'attribute_not_exists(pk)' } },
        ...claimExternalId(record),
      ]);
      const sizes = announced.map(({ reserved_bytes }) => reserved_bytes);
      const written = await table.writeTogether([...puts, count(tenant, reservations(sizes), quota)]);
      return written ? { announced, taken } : CONFLICT;
    });

  return {
    async announce(tenant, records, quota) {
      const announced: ImageRecord[] = [];
      const taken = new Map<ImageId, ImageId>();
      for (const together of transactions(records)) {
        const some = await announceTogether(tenant, together, quota);
        announced.push(...some.announced);
        for (const [record, owner] of some.taken) taken.set(record, owner);
      }
      return { announced, taken };
    },
    async reserve(tenant, image, size, quota) {
      const Key = imageKey(tenant, image);
      return retryOnConflict(contended, async () => {
        const item = await table.get(Key);
        if (!item) return undefined;
        const record = recordOf(item);
        const { reserved_bytes = -1, stored_bytes, status } = record;
        if (stored_bytes !== undefined || reserved_bytes >= size) return { moved: true, full: false, record };
        if (!statusesBefore('validated').includes(status)) return { moved: false, full: false, record };
        const after = { ...record, reserved_bytes: size };
        const added = difference(countsOf(after), countsOf(record));
        if (!hasRoomFor(quotaUseIn(await table.get(storedKey(tenant))), added, quota))
          return { moved: false, full: true, record };
        const { gsi_unsettled, settle_at } = imageItem(after);
        const update = countedAsIn(record, {
          UpdateExpression: 'SET reserved_bytes = :size, gsi_unsettled = :unsettled, settle_at = :settle_at',
          ConditionExpression: '#status = :status',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: {
            ':size': size,
            ':status': status,
            ':unsettled': gsi_unsettled,
            ':settle_at': settle_at,
          },
        });
        const written = await table.writeTogether([
          { Update: { Key, ...update } },
          count(tenant, added, quota),
        ]);
        return written ? { moved: true, full: false, record: after } : CONFLICT;
      });
    },
    async release(tenant, image) {
      const Key = imageKey(tenant, image);
      return retryOnConflict(contended, async () => {
        const item = await table.get(Key);
        const record = item && recordOf(item);
        if (!record || !isRefused(record) || record.reserved_bytes === undefined) return false;
        const update = countedAsIn(record, {
          UpdateExpression: 'REMOVE reserved_bytes',
          ConditionExpression: '#status = :status',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':status': record.status },
        });
        const writes = [{ Update: { Key, ...update } }, uncount(tenant, countsOf(record))];
        return (await table.writeTogether(writes)) || CONFLICT;
      });
    },
    async expire(tenant, image) {
      const Key = imageKey(tenant, image);
      return retryOnConflict(contended, async () => {
        const item = await table.get(Key);
        const record = item && recordOf(item);
        if (record?.status !== 'pending_upload' || record.reserved_bytes === undefined) return false;
        const condition = countedAsIn(record, {
          ConditionExpression: '#status = :status',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':status': record.status },
        });
        const writes = [
          { Delete: { Key, ...condition } },
          uncount(tenant, countsOf(record)),
          ...(await freeExternalId(table, record)),
        ];
        return (await table.writeTogether(writes)) || CONFLICT;
      });
    },
    async *unsettled(at) {
      for (const partition of UNSETTLED_PARTITIONS) {
        const query = {
          IndexName: 'by_unsettled',
          KeyConditionExpression: 'gsi_unsettled = :partition AND settle_at <= :at',
          ExpressionAttributeValues: { ':partition': partition, ':at': at },
        };
        for await (const key of table.query(query)) {
          const { tenant, id } = countedIdAt(key) ?? {};
          if (tenant && id) yield { tenant_id: tenant, image_id: imageId(id) };
        }
      }
    },
    async settle(tenant, image, again) {
      const condition = 'attribute_exists(gsi_unsettled)';
      await table.update(
        imageKey(tenant, image),
        again === undefined
          ? { UpdateExpression: `REMOVE ${UNSETTLED_KEYS.join(', ')}`, ConditionExpression: condition }
          : {
              UpdateExpression: 'SET settle_at = :again',
              ConditionExpression: condition,
              ExpressionAttributeValues: { ':again': again },
            },
        'NONE',
      );
    },
  };
}
