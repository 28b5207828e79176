import { IdempotentGuardsEnv } from '#shared/guards/guards.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = TenantsTableEnv.extend(IdempotentGuardsEnv.shape);
