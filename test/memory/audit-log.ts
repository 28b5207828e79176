import type { AuditEntry } from '#shared/audit/audit-entry.ts';
import type { AuditLog } from '#shared/audit/audit-log.ts';
import { type AuditRange, readAuditPage } from '#shared/audit/audit-page.ts';
import { mergeNewestFirst, sortKeyOf } from '#shared/audit/newest-first.ts';

/** The audit log in memory, for tests. */
export function memoryAuditLog(): AuditLog {
  const entries = new Map<string, AuditEntry>();
  return {
    async append(entry) {
      const position = sortKeyOf(entry);
      if (!entries.has(position)) entries.set(position, structuredClone(entry));
    },
    async list(query) {
      async function* newestFirst({ from, before }: AuditRange) {
        for (const position of [...entries.keys()].sort().reverse()) {
          const entry = entries.get(position);
          if (!entry || position < from || position >= before) continue;
          if (query.tenant_id === undefined || entry.tenant_id === query.tenant_id)
            yield structuredClone(entry);
        }
      }
      return readAuditPage(query, (range) => mergeNewestFirst([newestFirst(range)]));
    },
  };
}
