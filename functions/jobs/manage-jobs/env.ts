import { TenantGuardsEnv } from '#shared/guards/guards.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import {
  EventReplaysQueueEnv,
  ModelJobsQueueEnv,
  RedrivesQueueEnv,
  ScansQueueEnv,
  WebhookReplaysQueueEnv,
} from '#shared/jobs/sqs-job-queue.ts';

export const Env = ActivityTableEnv.extend(ModelJobsQueueEnv.shape)
  .extend(RedrivesQueueEnv.shape)
  .extend(ScansQueueEnv.shape)
  .extend(WebhookReplaysQueueEnv.shape)
  .extend(EventReplaysQueueEnv.shape)
  .extend(TenantGuardsEnv.shape);
