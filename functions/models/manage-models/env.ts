import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { IdempotentOperatorGuardsEnv } from '#shared/guards/guards.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ModelJobsQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = TenantsTableEnv.extend(ActivityTableEnv.shape)
  .extend(ModelJobsQueueEnv.shape)
  .extend(EmbeddingEnv.pick({ DEEPLENS_MODELS: true }).shape)
  .extend(IdempotentOperatorGuardsEnv.shape);
