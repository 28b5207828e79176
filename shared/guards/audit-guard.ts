import * as z from 'zod';
import type { AuditLog } from '#shared/audit/audit-log.ts';
import { AuditTableEnv, dynamoAuditLog } from '#shared/audit/dynamodb-audit-log.ts';
import { limitedRefusals } from '#shared/audit/limited-refusals.ts';
import { emit } from '#shared/runtime/emit.ts';
import { logger } from '#shared/runtime/telemetry.ts';

export const AuditGuardEnv = AuditTableEnv.extend({
  /** Refusals that a process writes per minute. */
  AUDIT_REFUSALS_PER_MINUTE: z.coerce.number().int().positive().default(60),
});

/** Opens the audit log as functions that refuse callers write to it. */
export const auditGuard = (env: z.output<typeof AuditGuardEnv>): AuditLog =>
  limitedRefusals(dynamoAuditLog({ table: env.AUDIT_TABLE }), {
    perMinute: env.AUDIT_REFUSALS_PER_MINUTE,
    report: (dropped) => {
      logger.warn('refusals not in the audit log: too many in a minute', { dropped });
      emit('audit_refusals_dropped_total', dropped, { scope: 'all' });
    },
  });
