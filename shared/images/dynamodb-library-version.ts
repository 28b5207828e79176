import { z } from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { LIBRARY_PREFIX, libraryKey, tenantPartition } from '#shared/aws/dynamodb-keys.ts';
import type { Table, Update, Write } from '#shared/aws/dynamodb-table.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { ImageStore } from './image-store.ts';

/**
 * Counts a change of what searches find, in the transaction that makes it. The counter is one of 32, by the last
 * character of the picture's ULID: pictures that arrive together seldom meet there, and one read of 4 KB still tells all.
 */
export const libraryChange = (tenant: TenantId, image: ImageId): Write => ({
  Update: { Key: libraryKey(tenant, image), ...ONE_MORE },
});

/** The same, beside no other write; not where the tenant is gone, with all of its counters. */
export async function noteLibraryChange(table: Table, tenant: TenantId, image: ImageId): Promise<void> {
  const where = { ConditionExpression: 'attribute_exists(pk)' };
  await table.update(libraryKey(tenant, image), { ...ONE_MORE, ...where });
}

const ONE_MORE: Update = {
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
