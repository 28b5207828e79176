import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { TenantGuardsEnv } from '#shared/guards/guards.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { ModelJobsQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = TenantsTableEnv.extend(EmbeddingEnv.pick({ DEEPLENS_MODELS: true }).shape)
  .extend(ActivityTableEnv.shape)
  .extend(ImagesTableEnv.shape)
  .extend(ModelJobsQueueEnv.shape)
  .extend(TenantGuardsEnv.shape);
