import { UsagePlansEnv } from '#shared/auth/plan-ids.ts';
import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';
import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { OperatorDoorEnv } from '#shared/front-door/front-door.ts';

export const Env = TenantsTableEnv.extend(UsagePlansEnv.shape)
  .extend(EmbeddingEnv.pick({ DEEPLENS_MODELS: true }).shape)
  .extend(OperatorDoorEnv.shape);
