import { ActivityTableEnv } from '#shared/catalog/dynamodb-heartbeats.ts';
import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';
import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { FrontDoorEnv } from '#shared/front-door/front-door.ts';
import { ModelJobsQueueEnv } from '#shared/messaging/sqs-jobs.ts';

export const Env = TenantsTableEnv.extend(EmbeddingEnv.pick({ DEEPLENS_MODELS: true }).shape)
  .extend(ActivityTableEnv.shape)
  .extend(ModelJobsQueueEnv.shape)
  .extend(FrontDoorEnv.shape);
