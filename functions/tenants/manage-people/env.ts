import { IdempotentGuardsEnv } from '#shared/guards/guards.ts';
import { IssuersEnv } from '#shared/identity/issuers.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = TenantsTableEnv.extend(IdempotentGuardsEnv.shape).extend(
  IssuersEnv.pick({ USER_POOL_ID: true }).shape,
);
