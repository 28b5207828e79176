import type { ListName } from '#shared/kernel/cursor.ts';
import { decodeCursor, encodeCursor } from '#shared/kernel/cursor.ts';
import type { Page } from '#shared/kernel/page.ts';

/** Returns a page of items with ULIDs, by default latest id first. */
export function pageOf<Item>(
  found: readonly Item[],
  idOf: (item: Item) => string,
  list: ListName,
  pattern: RegExp,
  cursor: string | undefined,
  limit: number,
  ascending = false,
): Page<Item> {
  const isBefore = (one: string, other: string) => (ascending ? one < other : one > other);
  const before = cursor === undefined ? undefined : decodeCursor(list, cursor, pattern);
  const rest = found
    .filter((item) => before === undefined || isBefore(before, idOf(item)))
    .sort((a, b) => (isBefore(idOf(a), idOf(b)) ? -1 : 1));
  const items = structuredClone(rest.slice(0, limit));
  const last = items.at(-1);
  return {
    items,
    ...(last && rest.length > limit && { nextCursor: encodeCursor(list, idOf(last)) }),
  };
}
