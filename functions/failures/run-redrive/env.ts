import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { StageQueuesEnv } from '#shared/failures/stage-queues.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { RedrivesQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = ImagesTableEnv.extend(TenantsTableEnv.shape)
  .extend(ActivityTableEnv.shape)
  .extend(S3BlobsEnv.shape)
  .extend(SnsEnv.shape)
  .extend(StageQueuesEnv.shape)
  .extend(RedrivesQueueEnv.shape)
  .extend({
    /** Deliveries of a message before it goes to the dead-letter queue. */
    REDRIVES_MAX_RECEIVES: z.coerce.number().int().positive(),
    /** Seconds after which a run leaves the rest to the next message; half the function's timeout. */
    REDRIVE_BUDGET_SECONDS: z.coerce.number().positive(),
  });
