import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { IdempotentOperatorGuardsEnv } from '#shared/guards/guards.ts';
import { GatewayKeysEnv } from '#shared/tenants/api-gateway-keys.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { UsagePlansEnv } from '#shared/tenants/ssm-plan-ids.ts';

export const Env = TenantsTableEnv.extend(UsagePlansEnv.shape)
  .extend(GatewayKeysEnv.shape)
  .extend(EmbeddingEnv.pick({ DEEPLENS_MODELS: true }).shape)
  .extend(IdempotentOperatorGuardsEnv.shape);
