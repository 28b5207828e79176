import * as z from 'zod';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { WebhookReplaysQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { AttemptQueueEnv } from '#shared/webhooks/sqs-attempt-queue.ts';

export const Env = TenantsTableEnv.extend(ActivityTableEnv.shape)
  .extend(SnsEnv.shape)
  .extend(AttemptQueueEnv.shape)
  .extend(WebhookReplaysQueueEnv.shape)
  .extend({
    /** Deliveries of a message before it goes to the dead-letter queue. */
    WEBHOOK_REPLAYS_MAX_RECEIVES: z.coerce.number().int().positive(),
    /** Seconds after which a run leaves the rest to the next message; half the function's timeout. */
    WEBHOOK_REPLAY_BUDGET_SECONDS: z.coerce.number().positive(),
  });
