import { AuditTableEnv } from '#shared/audit/dynamodb-audit-log.ts';

export const Env = AuditTableEnv;
