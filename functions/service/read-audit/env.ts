import { AuditTableEnv } from '#shared/catalog/dynamodb-audit.ts';

export const Env = AuditTableEnv;
