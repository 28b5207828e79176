import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { recordFailure } from '#shared/images/record-failure.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { deadLetterFunction } from '#shared/runtime/dead-letters.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { Env } from './env.ts';

const env = readEnv(Env);

export const handler = deadLetterFunction(
  env.DEAD_LETTER_STAGES,
  recordFailure({
    imageStore: dynamoImageStore({ table: env.IMAGES_TABLE }),
    blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
    publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
  }),
);
