import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';
import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { FrontDoorEnv } from '#shared/front-door/front-door.ts';

export const Env = TenantsTableEnv.extend(EmbeddingEnv.pick({ DEEPLENS_MODELS: true }).shape).extend(
  FrontDoorEnv.shape,
);
