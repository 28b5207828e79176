import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { redrive } from '#shared/failures/redrive.ts';
import { openStageQueues } from '#shared/failures/stage-queues.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { announceEnd } from '#shared/jobs/announce-end.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { JobMessage } from '#shared/jobs/job-queue.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { sqsFairQueue } from '#shared/messaging/sqs-fair-queue.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const now = () => new Date();
const run = runJob<'redrive'>({
  now,
  jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.REDRIVES_QUEUE_URL }),
  runners: {
    redrive: redrive({
      now,
      imageStore: dynamoImageStore({ table: env.IMAGES_TABLE }),
      tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
      blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
      queues: openStageQueues(env, sqsFairQueue),
    }),
  },
  onEnd: announceEnd({ publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }) }),
  budgetSeconds: env.REDRIVE_BUDGET_SECONDS,
});

export const handler = queueFunction({
  body: JobMessage,
  run: each(({ body, attempts }) => run(body.job_id, attempts >= env.REDRIVES_MAX_RECEIVES)),
});
