import { decodeCursor, encodeCursor, type ListName } from '#shared/kernel/cursor.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { Item, Query, Table } from './dynamodb-table.ts';

/** A list that is read by the page, from the end of its sort key to its beginning. */
export interface PagedList<Entry> {
  name: ListName;
  query: Query;
  /** Newest first, unless it is set. */
  ascending?: boolean;
  /** What a position in it looks like. */
  positionPattern: RegExp;
  positionOf(entry: Entry): string;
  /** The whole key of the item at the position. */
  keyAt(position: string): Item;
  entryOf(item: Item): Entry;
  /** Which of them the list is of; all where absent. */
  wanted?: (entry: Entry) => boolean;
}

/** Items read at a time where most of them may not be wanted. DynamoDB ends a page at 1 MB in any case. */
const WALK = 1_000;

/** @throws Problem `invalid_cursor` */
export async function readPage<Entry>(
  table: Table,
  list: PagedList<Entry>,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<Entry>> {
  const position = cursor === undefined ? undefined : decodeCursor(list.name, cursor, list.positionPattern);
  const found = table.query({
    ...list.query,
    ScanIndexForward: list.ascending === true,
    Limit: list.wanted ? WALK : limit + 1, // one more tells whether there is a next page
    ...(position !== undefined && { ExclusiveStartKey: list.keyAt(position) }),
  });
  const items: Entry[] = [];
  for await (const item of found) {
    const entry = list.entryOf(item);
    if (list.wanted && !list.wanted(entry)) continue;
    const last = items.at(-1);
    if (last && items.length === limit) {
      return { items, nextCursor: encodeCursor(list.name, list.positionOf(last)) };
    }
    items.push(entry);
  }
  return { items };
}
