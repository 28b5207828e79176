import type { Page } from '#shared/kernel/page.ts';
import type { AuditEntry } from './audit-entry.ts';

export interface AuditQuery {
  tenant_id?: string | undefined;
  /** The actor's subject. */
  actor?: string | undefined;
  action?: string | undefined;
  /** RFC 3339, inclusive; default 30 days before `to`. */
  from?: string | undefined;
  /** RFC 3339, inclusive: no entry before it is listed, whatever `from` is. */
  earliest?: string | undefined;
  /** RFC 3339, exclusive; default now. */
  to?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Append-only log of changes and refused attempts. */
export interface AuditLog {
  /** Adds an entry, unless one with its time and id exists. `started` and one other outcome have the same. */
  append(entry: AuditEntry): Promise<void>;
  /**
   * Lists entries, newest first. For operators: spans all tenants. A change is listed once: as `started` only while it has
   * no entry of its outcome. A page with a cursor may hold fewer than `limit`
   * entries, or none, if few of many entries pass the filters.
   * @throws Problem `invalid_cursor`
   */
  list(query: AuditQuery): Promise<Page<AuditEntry>>;
}
