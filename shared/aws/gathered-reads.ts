import type { Key } from './dynamodb-keys.ts';

type Item = Record<string, unknown>;

/** Reads one item, by a call that may read others too. */
export type ReadItem = (key: Key) => Promise<Item | undefined>;

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
