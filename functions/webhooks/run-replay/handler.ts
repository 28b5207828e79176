import { announceEnd } from '#shared/jobs/announce-end.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { JobMessage } from '#shared/jobs/job-queue.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { dynamoDeliveryStore } from '#shared/webhooks/dynamodb-delivery-store.ts';
import { dynamoEndpointStore } from '#shared/webhooks/dynamodb-endpoint-store.ts';
import { runReplay } from '#shared/webhooks/run-replay.ts';
import { sqsAttemptQueue } from '#shared/webhooks/sqs-attempt-queue.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const now = () => new Date();
const run = runJob<'webhook_replay'>({
  now,
  jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.WEBHOOK_REPLAYS_QUEUE_URL }),
  runners: {
    webhook_replay: runReplay({
      now,
      endpoints: dynamoEndpointStore({ table: env.TENANTS_TABLE }),
      deliveries: dynamoDeliveryStore({ table: env.ACTIVITY_TABLE }),
      queue: sqsAttemptQueue({ queueUrl: env.WEBHOOK_ATTEMPTS_QUEUE_URL }),
    }),
  },
  onEnd: announceEnd({ publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }) }),
  budgetSeconds: env.WEBHOOK_REPLAY_BUDGET_SECONDS,
});

export const handler = queueFunction({
  body: JobMessage,
  run: each(({ body, attempts }) => run(body.job_id, attempts >= env.WEBHOOK_REPLAYS_MAX_RECEIVES)),
});
