import { decodeCursor, encodeCursor } from '#shared/kernel/cursor.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { AuditEntry } from './audit-entry.ts';
import type { AuditQuery } from './audit-log.ts';

/** Milliseconds that are listed where `from` is left out. */
const DEFAULT_SPAN = 30 * 24 * 60 * 60 * 1000;
/** No entry is older: there was no log yet. */
const BEGINNING = '2026-01-01T00:00:00.000Z';
/** Milliseconds that another writer's clock may be ahead of ours. */
const CLOCK_SKEW = 60_000;
/** Entries looked at for one page, at most: about 10 MB, a second of reading. */
const LOOK_AT_MOST = 10_000;

/** Where an entry stands in the log: by time, then by id. */
const POSITION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#aud_[0-9A-HJKMNP-TV-Z]{26}$/;
export const positionOf = ({ at, audit_id }: AuditEntry): string => `${at}#${audit_id}`;

/** Positions that begin with `from` or a greater time, and are less than `before`. */
export interface AuditRange {
  from: string;
  before: string;
}

/**
 * A page of what `read` yields, newest first, of those that the query's filters let through.
 * @throws Problem `invalid_cursor`
 */
export async function readAuditPage(
  query: AuditQuery,
  read: (range: AuditRange) => AsyncIterable<AuditEntry>,
  lookAtMost = LOOK_AT_MOST,
): Promise<Page<AuditEntry>> {
  const name = ['audit', query.tenant_id, query.actor, query.action, query.from, query.to];
  const end = rangeEnd(query);
  const range = {
    from: rangeStart(query, end),
    before: query.cursor === undefined ? end : decodeCursor(name, query.cursor, POSITION),
  };
  if (range.from >= range.before) return { items: [] };

  const items: AuditEntry[] = [];
  let seen = 0;
  let last: AuditEntry | undefined;
  for await (const entry of read(range)) {
    const isMatch = matches(query, entry);
    if (last && (seen === lookAtMost || (isMatch && items.length === query.limit)))
      return { items, nextCursor: encodeCursor(name, positionOf(last)) };
    if (isMatch) items.push(entry);
    seen += 1;
    last = entry;
  }
  return { items };
}

const matches = ({ actor, action }: AuditQuery, entry: AuditEntry): boolean =>
  (actor === undefined || entry.actor.subject === actor) && (action === undefined || entry.action === action);

/** In the one form that times are stored in, so that they compare as text. */
const stored = (time: string | number): string => new Date(time).toISOString();

function rangeEnd({ to }: AuditQuery): string {
  const latest = stored(Date.now() + CLOCK_SKEW);
  return to !== undefined && stored(to) < latest ? stored(to) : latest;
}

function rangeStart({ from }: AuditQuery, end: string): string {
  const start = stored(from ?? Date.parse(end) - DEFAULT_SPAN);
  return start > BEGINNING ? start : BEGINNING;
}
