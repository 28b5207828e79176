import type { Page } from '#shared/kernel/page.ts';
import type { AuditEntry } from './audit-entry.ts';

export interface AuditQuery {
  tenant_id?: string | undefined;
  /** The actor's subject. */
  actor?: string | undefined;
  action?: string | undefined;
  /** RFC 3339; inclusive; 30 days before `to`, if left out. */
  from?: string | undefined;
  /** RFC 3339; exclusive; now, if left out. */
  to?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Who did what. Entries are added, never changed or removed. */
export interface AuditLog {
  /** An entry that is there already, by its time and id, stays as it is. */
  append(entry: AuditEntry): Promise<void>;
  /**
   * Newest first. The operator's: it reaches over all tenants. A page holds fewer than `limit`, or none, and still a
   * cursor, where the filter finds little among very many.
   * @throws Problem `invalid_cursor`
   */
  list(query: AuditQuery): Promise<Page<AuditEntry>>;
}
