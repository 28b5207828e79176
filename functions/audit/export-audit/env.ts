import { AuditArchiveEnv } from '#shared/audit/s3-audit-archive.ts';

export const Env = AuditArchiveEnv;
