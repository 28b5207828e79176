import { AuditArchiveEnv } from '#shared/blobs/s3-audit-archive.ts';

export const Env = AuditArchiveEnv;
