import { TenantGuardsEnv } from '#shared/guards/guards.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = TenantGuardsEnv.extend(TenantsTableEnv.shape);
