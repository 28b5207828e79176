import { cacheKey, cachePartition } from '#shared/aws/dynamodb-activity-keys.ts';
import { openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import type { SimilarityAnswer } from './answer.ts';
import type { SimilarityCache } from './similarity-cache.ts';

/** Answers in the table `activity`: some 300 bytes a picture. @param now milliseconds since 1970 */
export function dynamoSimilarityCache(options: TableOptions, now: () => number = Date.now): SimilarityCache {
  const table = openTable(options);
  return {
    async get(tenant, { queryHash, libraryVersion }) {
      const item = await table.get(cacheKey(tenant, queryHash));
      // TTL removes items late
      if (!item || item.library_version !== libraryVersion || Number(item.expires_at) * 1000 <= now())
        return undefined;
      return JSON.parse(String(item.answer)) as SimilarityAnswer; // written by this adapter only
    },
    async put(tenant, { queryHash, libraryVersion }, answer, expiresAt) {
      await table.put({
        ...cacheKey(tenant, queryHash),
        query_hash: queryHash,
        library_version: libraryVersion,
        answer: JSON.stringify(answer),
        image_ids: answer.pictures.map(({ image_id }) => image_id),
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
