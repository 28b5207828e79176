import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { loadManifests } from '#shared/embedding/load-manifest.ts';
import { outputRoles } from '#shared/embedding/output-roles.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { announceEnd } from '#shared/jobs/announce-end.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { JobMessage } from '#shared/jobs/job-queue.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import type { ModelJobKind } from '#shared/kernel/vocabulary.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { modelRunners } from '#shared/models/model-runners.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const manifests = await loadManifests(env.MODELS_DIR, env.DEEPLENS_MODELS);
const tenants = dynamoTenantStore({ table: env.TENANTS_TABLE });
const jobs = dynamoJobStore({ table: env.ACTIVITY_TABLE });
const publisher = snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN });
const now = () => new Date();
const run = runJob<ModelJobKind>({
  now,
  jobs,
  queue: sqsJobs({ queueUrl: env.MODEL_JOBS_QUEUE_URL }),
  runners: modelRunners({
    ...{ tenants, jobs, now },
    imageStore: dynamoImageStore({ table: env.IMAGES_TABLE }),
    blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
    index: await openVectorIndex(env),
    publisher,
    installed: env.DEEPLENS_MODELS,
    dimensions: new Map(manifests.map((manifest) => [manifest.name, outputRoles(manifest).copy.dimension])),
    settleSeconds: env.VALIDATION_SECONDS,
  }),
  onEnd: announceEnd({ publisher }),
  budgetSeconds: env.MODEL_JOBS_BUDGET_SECONDS,
});

export const handler = queueFunction({
  body: JobMessage,
  run: each(({ body, attempts }) => run(body.job_id, attempts >= env.MODEL_JOBS_MAX_RECEIVES)),
});
