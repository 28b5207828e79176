import type { AuditEntry } from './audit-entry.ts';

/** The key by which entries are sorted: their time, then their id. An entry that only says that a change began follows. */
export const sortKeyOf = (entry: AuditEntry): string =>
  entry.outcome === 'started' ? `${positionOf(entry)}#started` : positionOf(entry);

/** The place of a change or a refusal in the log, the same before and after its outcome is written. */
export const positionOf = ({ at, audit_id }: AuditEntry): string => `${at}#${audit_id}`;

/**
 * Merges lists that are each sorted, newest first. Of a change whose outcome was written, its beginning is left out.
 */
export async function* mergeNewestFirst(
  lists: readonly AsyncIterable<AuditEntry>[],
): AsyncGenerator<AuditEntry> {
  let started: AuditEntry | undefined;
  for await (const entry of merge(lists)) {
    if (started && positionOf(started) !== positionOf(entry)) yield started;
    started = entry.outcome === 'started' ? entry : undefined;
    if (!started) yield entry;
  }
  if (started) yield started;
}

async function* merge(lists: readonly AsyncIterable<AuditEntry>[]): AsyncGenerator<AuditEntry> {
  const iterators = lists.map((list) => list[Symbol.asyncIterator]());
  const nextOf = async (iterator: AsyncIterator<AuditEntry>) => {
    const { value, done } = await iterator.next();
    return done ? undefined : { entry: value, key: sortKeyOf(value), iterator };
  };
  const heads = await Promise.all(iterators.map(nextOf));
  for (;;) {
    const newest = heads.reduce<number | undefined>((best, head, index) => {
      const other = best === undefined ? undefined : heads[best];
      return head && (!other || head.key > other.key) ? index : best;
    }, undefined);
    const head = newest === undefined ? undefined : heads[newest];
    if (newest === undefined || !head) return;
    yield head.entry;
    heads[newest] = await nextOf(head.iterator);
  }
}
