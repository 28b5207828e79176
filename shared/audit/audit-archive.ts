import type { AuditEntry } from './audit-entry.ts';

/** A write-once copy of the audit log. */
export interface AuditArchive {
  /** Writes entries as one JSON Lines object. An existing object is left unchanged. */
  put(key: string, entries: readonly AuditEntry[]): Promise<void>;
}

/** Serialises entries, one line of JSON each. */
export const jsonLines = (entries: readonly AuditEntry[]): string =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
