import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { openConnectors } from '#shared/connectors/open-connectors.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { announceEnd } from '#shared/jobs/announce-end.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { JobMessage } from '#shared/jobs/job-queue.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { sqsFairQueue } from '#shared/messaging/sqs-fair-queue.ts';
import { dynamoWindows } from '#shared/rate-limit/dynamodb-window-store.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import { recordSecretAge } from '#shared/runtime/business-metrics.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { dynamoCatalogue } from '#shared/scans/dynamodb-catalogue.ts';
import { dynamoJobErrors } from '#shared/scans/dynamodb-job-errors.ts';
import { purgeIfThere } from '#shared/scans/purge-if-there.ts';
import { scanRunner } from '#shared/scans/run-scan.ts';
import { imageVisibility } from '#shared/scans/visibility.ts';
import { dynamoSimilarityCache } from '#shared/search/dynamodb-similarity-cache.ts';
import { cachedSecrets } from '#shared/secrets/cached-secrets.ts';
import { secretsManagerStore } from '#shared/secrets/secretsmanager-secret-store.ts';
import { dynamoStorageStore } from '#shared/storages/dynamodb-storage-store.ts';
import { credentialsOf } from '#shared/storages/location-secrets.ts';
import { dynamoSwitchStore } from '#shared/switches/dynamodb-switch-store.ts';
import { holdWhilePaused } from '#shared/switches/hold-while-paused.ts';
import { readSwitches } from '#shared/switches/read-switches.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const now = () => new Date();
const jobs = dynamoJobStore({ table: env.ACTIVITY_TABLE });
const queue = sqsJobs({ queueUrl: env.SCANS_QUEUE_URL });
const switches = readSwitches(dynamoSwitchStore({ table: env.ACTIVITY_TABLE }));
const secrets = cachedSecrets(
  secretsManagerStore({ prefix: env.SECRETS_PREFIX, recordAge: recordSecretAge }),
);
const images = {
  imageStore: dynamoImageStore({ table: env.IMAGES_TABLE }),
  blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
  groups: dynamoGroupStore({ table: env.GROUPS_TABLE }),
  cache: dynamoSimilarityCache({ table: env.ACTIVITY_TABLE }),
  index: await openVectorIndex(env),
};
const run = runJob<'scan'>({
  ...{ now, jobs, queue },
  runners: {
    scan: scanRunner({
      ...{ now, jobs },
      imageStore: images.imageStore,
      catalogue: dynamoCatalogue({ table: env.CATALOGUE_TABLE }),
      connectors: openConnectors({ allowed: env.WEB_ALLOWED_ADDRESSES }),
      credentials: (tenant, storage) => credentialsOf(secrets, tenant, storage)(),
      storages: dynamoStorageStore({ table: env.TENANTS_TABLE }),
      tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
      errors: dynamoJobErrors({ table: env.ACTIVITY_TABLE }),
      imports: sqsFairQueue({ queueUrl: env.IMPORTS_QUEUE_URL }),
      limiter: leasingLimiter(dynamoWindows({ table: env.LIMITS_TABLE })),
      purge: purgeIfThere(images),
      visibility: imageVisibility(images),
    }),
  },
  onEnd: announceEnd({ publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }) }),
  budgetSeconds: env.SCANS_BUDGET_SECONDS,
});

export const handler = queueFunction({
  body: JobMessage,
  run: each(
    holdWhilePaused({
      isPaused: () => switches.isPaused('imports'),
      sendAgain: ({ body }, seconds) => queue.send(body.job_id, seconds),
      run: ({ body, attempts }) => run(body.job_id, attempts >= env.SCANS_MAX_RECEIVES),
    }),
  ),
});
