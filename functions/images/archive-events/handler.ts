import { gatherReads } from '#shared/aws/dynamodb-gathered-reads.ts';
import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { archiveEvent } from '#shared/images/archive-event.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { recordFreshness } from '#shared/runtime/business-metrics.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const archive = archiveEvent({
  imageStore: dynamoImageStore({ table: env.IMAGES_TABLE, gather: gatherReads }),
  blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
});

export const handler = queueFunction({
  body: AnyEvent,
  run: each(async ({ body }) => {
    await archive(body);
    recordFreshness(body); // this function receives every event
  }),
});
