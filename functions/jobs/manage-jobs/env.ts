import { TenantGuardsEnv } from '#shared/guards/guards.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ModelJobsQueueEnv, RedrivesQueueEnv } from '#shared/jobs/sqs-job-queue.ts';

export const Env = ActivityTableEnv.extend(ModelJobsQueueEnv.shape)
  .extend(RedrivesQueueEnv.shape)
  .extend(TenantGuardsEnv.shape);
