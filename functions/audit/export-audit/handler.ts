import { auditEntryOf } from '#shared/audit/dynamodb-audit-log.ts';
import { exportAudit } from '#shared/audit/export-audit.ts';
import { s3AuditArchive } from '#shared/audit/s3-audit-archive.ts';
import { emit } from '#shared/runtime/emit.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { streamFunction } from '#shared/runtime/stream.ts';
import { logger } from '#shared/runtime/telemetry.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const exportRecords = exportAudit({
  archive: s3AuditArchive({ bucket: env.AUDIT_BUCKET }),
  report(altered) {
    for (const { eventName, entry } of altered)
      logger.error('audit log altered', { event: eventName, audit_id: entry.audit_id, at: entry.at });
    if (altered.length > 0) emit('audit_altered_total', altered.length, { scope: 'all' });
  },
});

export const handler = streamFunction({
  run: (records) =>
    exportRecords(
      records.map(({ eventId, eventName, oldImage, newImage }) => ({
        eventId,
        eventName,
        entry: auditEntryOf(newImage ?? oldImage ?? {}),
      })),
    ),
});
