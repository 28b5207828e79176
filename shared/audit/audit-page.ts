import { decodeCursor, encodeCursor } from '#shared/kernel/cursor.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { AuditEntry } from './audit-entry.ts';
import type { AuditQuery } from './audit-log.ts';
import { positionOf } from './newest-first.ts';

/** Milliseconds listed if `from` is omitted. */
const DEFAULT_SPAN = 30 * 24 * 60 * 60 * 1000;
/** Before the first entry of any log. */
const EARLIEST = '2026-01-01T00:00:00.000Z';
/** Milliseconds by which another writer's clock may be ahead. */
const CLOCK_SKEW = 60_000;
/** Maximum of entries read for one page: about 10 MB, one second of reading. */
const MAX_SCANNED = 10_000;

/** Matches a position, as `positionOf` returns it. */
const POSITION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#aud_[0-9A-HJKMNP-TV-Z]{26}$/;

/** Positions from `from`, inclusive, to `before`, exclusive. */
export interface AuditRange {
  from: string;
  before: string;
}

/**
 * Filters what `read` yields, newest first, into one page.
 * @throws Problem `invalid_cursor`
 */
export async function readAuditPage(
  query: AuditQuery,
  read: (range: AuditRange) => AsyncIterable<AuditEntry>,
  maxScanned = MAX_SCANNED,
): Promise<Page<AuditEntry>> {
  const name = ['audit', query.tenant_id, query.actor, query.action, query.from, query.to];
  const end = rangeEnd(query);
  const range = {
    from: rangeStart(query, end),
    before: query.cursor === undefined ? end : decodeCursor(name, query.cursor, POSITION),
  };
  if (range.from >= range.before) return { items: [] };

  const items: AuditEntry[] = [];
  let scanned = 0;
  let last: AuditEntry | undefined;
  for await (const entry of read(range)) {
    const isMatch = matches(query, entry);
    if (last && (scanned === maxScanned || (isMatch && items.length === query.limit)))
      return { items, nextCursor: encodeCursor(name, positionOf(last)) };
    if (isMatch) items.push(entry);
    scanned += 1;
    last = entry;
  }
  return { items };
}

const matches = ({ actor, action }: AuditQuery, entry: AuditEntry): boolean =>
  (actor === undefined || entry.actor.subject === actor) && (action === undefined || entry.action === action);

/** Formats a time as stored, so that times compare as text. */
const timestamp = (time: string | number): string => new Date(time).toISOString();

function rangeEnd({ to }: AuditQuery): string {
  const latest = timestamp(Date.now() + CLOCK_SKEW);
  return to !== undefined && timestamp(to) < latest ? timestamp(to) : latest;
}

function rangeStart({ from, earliest = EARLIEST }: AuditQuery, end: string): string {
  const start = timestamp(from ?? Date.parse(end) - DEFAULT_SPAN);
  return start > earliest ? start : timestamp(earliest);
}
