import type { AuditEntry } from './audit-entry.ts';

/** A copy of the audit log that nothing can be taken out of. */
export interface AuditArchive {
  /** Keeps entries as one object, a line of JSON each. What lies under the key already stays as it is. */
  put(key: string, entries: readonly AuditEntry[]): Promise<void>;
}

export const jsonLines = (entries: readonly AuditEntry[]): string =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
