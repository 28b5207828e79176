import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { archivedKey, archivedPrefix, receiptKey, tenantPartition } from '#shared/aws/dynamodb-keys.ts';
import type { Table } from '#shared/aws/dynamodb-table.ts';
import { PurgeReceipt } from './image-record.ts';
import type { ImageStore } from './image-store.ts';

const readReceipt = itemReader('images', PurgeReceipt);
const readArchived = itemReader('images', z.object({ key: z.string() }));

/** Stores where events about an image are archived, for its purge, and the receipt of the purge. */
export const imageTraces = (
  table: Table,
): Pick<ImageStore, 'noteArchived' | 'archivedKeys' | 'putReceipt' | 'getReceipt'> => ({
  async noteArchived(tenant, image, key, expiresAt) {
    const expires_at = Math.ceil(expiresAt.getTime() / 1000); // DynamoDB's TTL counts seconds
    await table.put({ ...archivedKey(tenant, image, key), key, expires_at });
  },
  async archivedKeys(tenant, image) {
    const keys: string[] = [];
    for await (const item of table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :archived)',
      ExpressionAttributeValues: { ':pk': tenantPartition(tenant), ':archived': archivedPrefix(image) },
    })) {
      keys.push(readArchived(item).key);
    }
    return keys;
  },
  async putReceipt(tenant, receipt) {
    await table.put({ ...receiptKey(tenant, receipt.image_id), ...receipt });
  },
  async getReceipt(tenant, image) {
    const item = await table.get(receiptKey(tenant, image));
    return item && readReceipt(item);
  },
});
