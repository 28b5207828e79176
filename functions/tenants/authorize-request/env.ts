import { IssuersEnv } from '#shared/auth/issuers.ts';
import { AuditTableEnv } from '#shared/catalog/dynamodb-audit.ts';
import { ActivityTableEnv } from '#shared/catalog/dynamodb-heartbeats.ts';
import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';

export const Env = TenantsTableEnv.extend({
  ...ActivityTableEnv.shape,
  ...AuditTableEnv.shape,
  ...IssuersEnv.shape,
});
