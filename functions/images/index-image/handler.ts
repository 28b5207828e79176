import { gatherReads } from '#shared/aws/dynamodb-gathered-reads.ts';
import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { ImagesProcessedV1 } from '#shared/contracts/events/images-processed.v1.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { indexImages } from '#shared/images/index-image.ts';
import { recordGivenUp } from '#shared/images/record-failure.ts';
import { rejectImage } from '#shared/images/reject-image.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { sqsRedelivery } from '#shared/messaging/sqs-redelivery.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { queueFunction } from '#shared/runtime/queue.ts';
import { spannedIndex } from '#shared/runtime/spanned-index.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const ports = {
  imageStore: dynamoImageStore({ table: env.IMAGES_TABLE, gather: gatherReads }),
  blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
  index: spannedIndex(await openVectorIndex(env)),
  publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
};
const index = indexImages(ports);
const reject = rejectImage(ports);

export const handler = queueFunction({
  operation: 'index',
  body: ImagesProcessedV1,
  run: (messages) => index(messages.map(({ body }) => body)),
  reject: ({ body, attempts }, problem) => reject('indexing', body, problem, attempts),
  retry: { redelivery: sqsRedelivery(), giveUp: recordGivenUp(ports, 'indexing') },
});
