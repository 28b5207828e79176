import { replayEvents } from '#shared/event-archive/replay-events.ts';
import { s3EventArchive } from '#shared/event-archive/s3-event-archive.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { JobMessage } from '#shared/jobs/job-queue.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const now = () => new Date();
const run = runJob<'event_replay'>({
  now,
  jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.EVENT_REPLAYS_QUEUE_URL }),
  runners: {
    event_replay: replayEvents({
      now,
      archive: s3EventArchive({ bucket: env.IMAGES_BUCKET }),
      publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
    }),
  },
  budgetSeconds: env.EVENT_REPLAY_BUDGET_SECONDS,
});

export const handler = queueFunction({
  body: JobMessage,
  run: each(({ body, attempts }) => run(body.job_id, attempts >= env.EVENT_REPLAYS_MAX_RECEIVES)),
});
