import { decodeCursor, encodeCursor, type ListName } from '#shared/kernel/cursor.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { Item, Query, Table } from './dynamodb-table.ts';

/** A paged list of items, in the order of their sort key. */
export interface PagedList<Entry> {
  name: ListName;
  query: Query;
  /** Default: descending, so newest first. */
  ascending?: boolean;
  /** The form of a position, against which cursors are checked. */
  positionPattern: RegExp;
  positionOf(entry: Entry): string;
  /** Returns the whole key of the item at the position, with the keys of the index. */
  keyAt(position: string): Item;
  entryOf(item: Item): Entry;
  /** Filters the entries; absent: all are listed. */
  wanted?: (entry: Entry) => boolean;
  /** Items that one page reads; with fewer found, it ends early, with a cursor. Default: all. */
  readAtMost?: number;
}

/** Items read at a time for a filtered list. DynamoDB ends a page at 1 MB in any case. */
const FILTER_BATCH = 1_000;

/** Reads the page that begins after the cursor. @throws Problem `invalid_cursor` */
export async function readPage<Entry>(
  table: Table,
  list: PagedList<Entry>,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<Entry>> {
  const position = cursor === undefined ? undefined : decodeCursor(list.name, cursor, list.positionPattern);
  const stored = table.query({
    ...list.query,
    ScanIndexForward: list.ascending === true,
    Limit: list.wanted ? FILTER_BATCH : limit + 1, // one more, to know if there is a next page
    ...(position !== undefined && { ExclusiveStartKey: list.keyAt(position) }),
  });
  const items: Entry[] = [];
  let read = 0;
  let previous: Entry | undefined;
  for await (const item of stored) {
    const entry = list.entryOf(item);
    if (previous !== undefined && read === list.readAtMost)
      return { items, nextCursor: encodeCursor(list.name, list.positionOf(previous)) };
    read += 1;
    previous = entry;
    if (list.wanted && !list.wanted(entry)) continue;
    const last = items.at(-1);
    if (last && items.length === limit) {
      return { items, nextCursor: encodeCursor(list.name, list.positionOf(last)) };
    }
    items.push(entry);
  }
  return { items };
}
