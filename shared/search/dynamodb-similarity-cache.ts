import * as z from 'zod';
import { cacheKey, cachePartition } from '#shared/aws/dynamodb-activity-keys.ts';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import { ANSWER_SHAPE, SimilarityAnswer } from './answer.ts';
import type { SimilarityCache } from './similarity-cache.ts';

const readEntry = itemReader(
  'activity',
  z.object({ answer: z.string().transform(jsonOf).pipe(SimilarityAnswer), expires_at: z.number() }),
);

/** @returns undefined if the text is not JSON */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Stores answers in the table `activity`: about 300 bytes per image. @param now milliseconds since 1970 */
export function dynamoSimilarityCache(options: TableOptions, now: () => number = Date.now): SimilarityCache {
  const table = openTable(options);
  return {
    async get(tenant, { queryHash, libraryVersion }) {
      const item = await table.get(cacheKey(tenant, queryHash));
      if (!item || item.shape !== ANSWER_SHAPE || item.library_version !== libraryVersion) return undefined;
      const { answer, expires_at } = readEntry(item);
      return expires_at * 1000 > now() ? answer : undefined; // TTL removes items late
    },
    async put(tenant, { queryHash, libraryVersion }, answer, expiresAt) {
      await table.put({
        ...cacheKey(tenant, queryHash),
        shape: ANSWER_SHAPE,
        query_hash: queryHash,
        library_version: libraryVersion,
        answer: JSON.stringify(answer),
        image_ids: answer.pictures.map(({ image_id }) => image_id),
        created_at: new Date(now()).toISOString(),
        expires_at: Math.floor(expiresAt.getTime() / 1000),
      });
    },
    async naming(tenant, image) {
      const queryHashes: string[] = [];
      for await (const { sk } of table.query({
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: 'contains(image_ids, :image)',
        ExpressionAttributeValues: { ':pk': cachePartition(tenant), ':image': image },
        ProjectionExpression: 'sk',
      })) {
        queryHashes.push(String(sk));
      }
      return queryHashes;
    },
    async remove(tenant, queryHashes) {
      await table.removeMany(queryHashes.map((queryHash) => cacheKey(tenant, queryHash)));
    },
  };
}
