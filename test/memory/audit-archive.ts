import { type AuditArchive, jsonLines } from '#shared/audit/audit-archive.ts';

/** The archive in memory, for tests, with its objects by key. */
export function memoryAuditArchive(): AuditArchive & { objects: ReadonlyMap<string, string> } {
  const objects = new Map<string, string>();
  return {
    objects,
    async put(key, entries) {
      if (!objects.has(key)) objects.set(key, jsonLines(entries));
    },
  };
}
