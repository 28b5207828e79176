import type { AuditArchive } from './audit-archive.ts';
import type { AuditEntry } from './audit-entry.ts';

/** A change record of the audit table's stream. */
export interface AuditRecord {
  /** The stream's id of the change; the same at each delivery. */
  eventId: string;
  /** Anything but `INSERT` means tampering. */
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** The entry after the change; before it, if removed. */
  entry: AuditEntry;
}

/**
 * Copies new entries to the archive, one object per batch, at `audit/{yyyy}/{mm}/{dd}/` of the first entry's day. The
 * name identifies the batch: a redelivered batch is written once, a differently cut one gets an object of its own.
 * @param report receives altered and removed entries, before anything is written
 */
export const exportAudit =
  ({ archive, report }: { archive: AuditArchive; report: (altered: readonly AuditRecord[]) => void }) =>
  async (records: readonly AuditRecord[]): Promise<void> => {
    const altered = records.filter(({ eventName }) => eventName !== 'INSERT');
    if (altered.length > 0) report(altered);
    const entries = records.filter(({ eventName }) => eventName === 'INSERT').map(({ entry }) => entry);
    const [batch] = records;
    const [first] = entries;
    if (!batch || !first) return;
    const day = first.at.slice(0, 10).replaceAll('-', '/');
    await archive.put(`audit/${day}/${batch.eventId}-${records.length}.jsonl`, entries);
  };
