import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { batchGet } from './dynamodb-batch-get.ts';
import type { Item, Key } from './dynamodb-keys.ts';

/** Reads one item, by a call that may read others too. */
export type ReadItem = (key: Key) => Promise<Item | undefined>;

/** Makes the reads of a table. */
export type Gather = (documents: DynamoDBDocumentClient, table: string) => ReadItem;

/** Reads by one BatchGetItem what is requested at the same time. */
export const gatherReads: Gather = (documents, table) =>
  gatheredReads((keys) => batchGet(documents, table, keys));

/**
 * Returns a function that reads items: those requested before the event loop goes on are read by one call, each once. The steps of a
 * batch's messages read at the same time, and a call costs more CPU than the item that it reads.
 * @param readMany returns the items that exist, in no particular order
 */
export function gatheredReads(readMany: (keys: readonly Key[]) => Promise<readonly Item[]>): ReadItem {
  let requested: Map<string, Key> | undefined;
  let reading: Promise<Map<string, Item>> | undefined;

  function gather(): Promise<Map<string, Item>> {
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        const keys = [...(requested?.values() ?? [])];
        [requested, reading] = [undefined, undefined];
        readMany(keys).then(
          (items) =>
            resolve(
              new Map(items.map((item) => [nameOf({ pk: String(item.pk), sk: String(item.sk) }), item])),
            ),
          reject,
        );
      });
    });
  }

  return async (key) => {
    requested ??= new Map();
    requested.set(nameOf(key), key);
    reading ??= gather();
    return (await reading).get(nameOf(key));
  };
}

/** No key has a line break. */
const nameOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;
