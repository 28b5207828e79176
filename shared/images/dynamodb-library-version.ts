import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { LIBRARY_PREFIX, libraryKey, tenantPartition } from '#shared/aws/dynamodb-keys.ts';
import type { Table, Update, Write } from '#shared/aws/dynamodb-table.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { ImageStore } from './image-store.ts';

/**
 * Counts a change of the searchable images, in the transaction that makes it. The counter is one of 32, by the last
 * character of the image's ULID, so that concurrent changes rarely conflict and one read of 4 KB returns all.
 */
export const libraryChange = (tenant: TenantId, image: ImageId): Write => ({
  Update: { Key: libraryKey(tenant, image), ...INCREMENT },
});

/** Counts a change by itself, unless the counter is gone with its tenant. */
export async function noteLibraryChange(table: Table, tenant: TenantId, image: ImageId): Promise<void> {
  const condition = { ConditionExpression: 'attribute_exists(pk)' };
  await table.update(libraryKey(tenant, image), { ...INCREMENT, ...condition });
}

const INCREMENT: Update = {
  UpdateExpression: 'ADD #changes :one',
  ExpressionAttributeNames: { '#changes': 'changes' },
  ExpressionAttributeValues: { ':one': 1 },
};

const readCounter = itemReader('images', z.object({ sk: z.string(), changes: z.number() }));

export const libraryVersions = (table: Table): Pick<ImageStore, 'libraryVersion'> => ({
  async libraryVersion(tenant) {
    const counters: string[] = [];
    for await (const item of table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :counters)',
      ExpressionAttributeValues: { ':pk': tenantPartition(tenant), ':counters': LIBRARY_PREFIX },
    })) {
      const { sk, changes } = readCounter(item);
      counters.push(`${sk.slice(LIBRARY_PREFIX.length)}:${changes}`);
    }
    return counters.join(' ');
  },
});
