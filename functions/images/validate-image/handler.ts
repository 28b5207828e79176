import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { handOver } from '#shared/images/hand-over.ts';
import { recordGivenUp } from '#shared/images/record-failure.ts';
import { validateImage } from '#shared/images/validate-image.ts';
import { processImaging } from '#shared/imaging/process-imaging.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { sqsFairQueue } from '#shared/messaging/sqs-fair-queue.ts';
import { sqsRedelivery } from '#shared/messaging/sqs-redelivery.ts';
import { dynamoWindows } from '#shared/rate-limit/dynamodb-window-store.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { queueFunction } from '#shared/runtime/queue.ts';
import { eachUpload, S3Notification } from '#shared/runtime/s3-event.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const ports = {
  imageStore: dynamoImageStore({ table: env.IMAGES_TABLE }),
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
  imaging: processImaging({ seconds: 20 }),
  publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
  models: env.DEEPLENS_MODELS,
  limiter: leasingLimiter(dynamoWindows({ table: env.LIMITS_TABLE })),
  fairQueue: sqsFairQueue({ queueUrl: env.FAIR_VALIDATION_QUEUE_URL }),
};

export const handler = queueFunction({
  operation: 'validate',
  body: S3Notification,
  run: eachUpload(validateImage(ports), handOver(ports)),
  retry: { redelivery: sqsRedelivery(), giveUp: recordGivenUp(ports, 'validation') },
});
