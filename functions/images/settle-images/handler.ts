import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { settleImages } from '#shared/images/settle-images.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { scheduledFunction } from '#shared/runtime/schedule.ts';
import { logger } from '#shared/runtime/telemetry.ts';
import { Env } from './env.ts';

const env = readEnv(Env);

export const handler = scheduledFunction({
  run: settleImages({
    imageStore: dynamoImageStore({ table: env.IMAGES_TABLE }),
    blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
    publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
    report: ({ tenant_id, image_id }, error) =>
      logger.error('image not settled', { tenant_id, image_id, error }),
    budgetSeconds: env.SETTLE_IMAGES_BUDGET_SECONDS,
    concurrency: 4, // the images of a tenant contend for its counters
  }),
});
