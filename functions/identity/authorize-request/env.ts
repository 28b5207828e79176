import * as z from 'zod';
import { AuditGuardEnv } from '#shared/guards/audit-guard.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { IssuersEnv } from '#shared/identity/issuers.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = TenantsTableEnv.extend({
  ...ActivityTableEnv.shape,
  ...AuditGuardEnv.shape,
  ...IssuersEnv.shape,
  /** The value of a key of API Gateway, for calls of no tenant. */
  SHARED_USAGE_IDENTIFIER: z.string().min(20),
});
