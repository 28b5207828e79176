import type { AuditArchive } from './audit-archive.ts';
import type { AuditEntry } from './audit-entry.ts';

/** What happened to an entry of the log, as the log's store tells it. */
export interface AuditRecord {
  /** The store's own id of what happened; the same each time it is told. */
  eventId: string;
  /** Anything but `INSERT` means that somebody has altered the log. */
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** As it is now; a removed one as it was. */
  entry: AuditEntry;
}

/**
 * Copies new entries to the archive under `audit/{yyyy}/{mm}/{dd}/`, by the day of the first of them, one object a
 * batch. Its name is the batch's: a batch that is told again is kept once, one that was cut otherwise is kept too.
 * @param report told of what was altered, before anything else
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
