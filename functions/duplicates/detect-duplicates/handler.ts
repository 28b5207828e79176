import { gatherReads } from '#shared/aws/dynamodb-gathered-reads.ts';
import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { ImagesIndexedV1 } from '#shared/contracts/events/images-indexed.v1.ts';
import { detectDuplicates } from '#shared/duplicates/detect-duplicates.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import { loadManifests } from '#shared/embedding/load-manifest.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { recordGivenUp } from '#shared/images/record-failure.ts';
import { rejectImage } from '#shared/images/reject-image.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { sqsRedelivery } from '#shared/messaging/sqs-redelivery.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { spannedIndex } from '#shared/runtime/spanned-index.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const ports = {
  imageStore: dynamoImageStore({ table: env.IMAGES_TABLE, gather: gatherReads }),
  groups: dynamoGroupStore({ table: env.GROUPS_TABLE, gather: gatherReads }),
  blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
  imaging: sharpImaging(),
  index: spannedIndex(await openVectorIndex(env)),
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE, gather: gatherReads }),
  manifests: await loadManifests(env.MODELS_DIR, env.DEEPLENS_MODELS),
  publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
};
const detect = detectDuplicates(ports);
const reject = rejectImage(ports);

export const handler = queueFunction({
  operation: 'detect-duplicates',
  body: ImagesIndexedV1,
  run: each(({ body }) => detect(body)),
  reject: ({ body, attempts }, problem) => reject('duplicates', body, problem, attempts),
  retry: { redelivery: sqsRedelivery(), giveUp: recordGivenUp(ports, 'duplicates') },
});
