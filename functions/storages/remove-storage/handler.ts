import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { announceEnd } from '#shared/jobs/announce-end.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { JobMessage } from '#shared/jobs/job-queue.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { purgeImage } from '#shared/purges/purge-image.ts';
import { removeStorage } from '#shared/purges/remove-storage.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { dynamoCatalogue } from '#shared/scans/dynamodb-catalogue.ts';
import { dynamoSimilarityCache } from '#shared/search/dynamodb-similarity-cache.ts';
import { secretsManagerStore } from '#shared/secrets/secretsmanager-secret-store.ts';
import { dynamoStorageStore } from '#shared/storages/dynamodb-storage-store.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const images = dynamoImageStore({ table: env.IMAGES_TABLE });
const run = runJob<'storage_removal'>({
  jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.STORAGE_REMOVALS_QUEUE_URL }),
  runners: {
    storage_removal: removeStorage({
      storages: dynamoStorageStore({ table: env.TENANTS_TABLE }),
      secrets: secretsManagerStore({ prefix: env.SECRETS_PREFIX }),
      images,
      purge: purgeImage({
        imageStore: images,
        groups: dynamoGroupStore({ table: env.GROUPS_TABLE }),
        blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
        cache: dynamoSimilarityCache({ table: env.ACTIVITY_TABLE }),
        index: await openVectorIndex(env),
      }),
      forgetObjects: dynamoCatalogue({ table: env.CATALOGUE_TABLE }).removeSome,
    }),
  },
  onEnd: announceEnd({ publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }) }),
  budgetSeconds: env.STORAGE_REMOVALS_BUDGET_SECONDS,
});

export const handler = queueFunction({
  body: JobMessage,
  run: each(({ body, attempts }) => run(body.job_id, attempts >= env.STORAGE_REMOVALS_MAX_RECEIVES)),
});
