import { TenantGuardsEnv } from '#shared/guards/guards.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = TenantsTableEnv.extend(ActivityTableEnv.shape)
  .extend(ImagesTableEnv.shape)
  .extend(TenantGuardsEnv.shape);
