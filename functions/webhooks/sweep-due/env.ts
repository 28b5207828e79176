import * as z from 'zod';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { AttemptQueueEnv } from '#shared/webhooks/sqs-attempt-queue.ts';

export const Env = ActivityTableEnv.extend(AttemptQueueEnv.shape).extend({
  /** Seconds after which a run leaves the rest to the next one. */
  SWEEP_DUE_BUDGET_SECONDS: z.coerce.number().positive(),
});
