import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { EventReplaysQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';

export const Env = ActivityTableEnv.extend(S3BlobsEnv.shape)
  .extend(SnsEnv.shape)
  .extend(EventReplaysQueueEnv.shape)
  .extend({
    /** Deliveries of a message before it goes to the dead-letter queue. */
    EVENT_REPLAYS_MAX_RECEIVES: z.coerce.number().int().positive(),
    /** Seconds after which a run leaves the rest to the next message; half the function's timeout. */
    EVENT_REPLAY_BUDGET_SECONDS: z.coerce.number().positive(),
  });
