import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { pauseBatch, send } from './dynamodb-errors.ts';
import type { Item, Key } from './dynamodb-keys.ts';

/** The most keys in one BatchGetItem. */
const GET_BATCH = 100;

/** Reads items, strongly consistent. @returns those that exist, in no particular order. @param keys each once */
export async function batchGet(
  documents: DynamoDBDocumentClient,
  table: string,
  keys: readonly Key[],
): Promise<Item[]> {
  const items: Item[] = [];
  for (let start = 0; start < keys.length; start += GET_BATCH) {
    let rest: Record<string, unknown>[] = [...keys.slice(start, start + GET_BATCH)];
    for (let attempt = 1; rest.length > 0; attempt++) {
      const command = new BatchGetCommand({
        RequestItems: { [table]: { Keys: rest, ConsistentRead: true } },
      });
      const reply = await send(() => documents.send(command));
      items.push(...(reply.Responses?.[table] ?? []));
      rest = reply.UnprocessedKeys?.[table]?.Keys ?? [];
      if (rest.length > 0) await pauseBatch(attempt);
    }
  }
  return items;
}
