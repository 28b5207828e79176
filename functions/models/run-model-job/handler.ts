import { z } from 'zod';
import { s3Blobs } from '#shared/blobs/s3.ts';
import { dynamoImages } from '#shared/catalog/dynamodb-images.ts';
import { dynamoJobs } from '#shared/catalog/dynamodb-jobs.ts';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { JOB_ID_PATTERN, jobId } from '#shared/domain/ids.ts';
import { loadManifests } from '#shared/embedding/load-manifest.ts';
import { outputRoles } from '#shared/embedding/output-roles.ts';
import { runModelJob } from '#shared/flows/models/run-model-job.ts';
import { modelTasks } from '#shared/flows/models/tasks.ts';
import { snsPublisher } from '#shared/messaging/sns.ts';
import { sqsJobs } from '#shared/messaging/sqs-jobs.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const manifests = await loadManifests(env.MODELS_DIR, env.DEEPLENS_MODELS);
const tenants = dynamoTenants({ table: env.TENANTS_TABLE });
const now = () => new Date();
const run = runModelJob({
  ...{ tenants, now },
  jobs: dynamoJobs({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.MODEL_JOBS_QUEUE_URL }),
  tasks: modelTasks({
    ...{ tenants, now },
    catalog: dynamoImages({ table: env.IMAGES_TABLE }),
    blobs: s3Blobs({ bucket: env.PICTURES_BUCKET }),
    index: await openVectorIndex(env),
    publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
    installed: env.DEEPLENS_MODELS,
    dimensions: new Map(manifests.map((each) => [each.name, outputRoles(each).copy.dimension])),
    settleSeconds: env.VALIDATION_SECONDS,
  }),
  budgetSeconds: env.MODEL_JOBS_BUDGET_SECONDS,
});

export const handler = queueFunction({
  body: z.object({ job_id: z.string().regex(JOB_ID_PATTERN) }),
  run: each(({ body, attempts }) => run(jobId(body.job_id), attempts >= env.MODEL_JOBS_MAX_RECEIVES)),
});
