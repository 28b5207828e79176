import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import type { JobQueue } from './job-queue.ts';

export const PurgesQueueEnv = z.object({ PURGES_QUEUE_URL: z.url() });
export const RedrivesQueueEnv = z.object({ REDRIVES_QUEUE_URL: z.url() });
export const ModelJobsQueueEnv = z.object({ MODEL_JOBS_QUEUE_URL: z.url() });

export const StorageRemovalsQueueEnv = z.object({ STORAGE_REMOVALS_QUEUE_URL: z.url() });
export const ScansQueueEnv = z.object({ SCANS_QUEUE_URL: z.url() });
export const EventReplaysQueueEnv = z.object({ EVENT_REPLAYS_QUEUE_URL: z.url() });
export const WebhookReplaysQueueEnv = z.object({ WEBHOOK_REPLAYS_QUEUE_URL: z.url() });

/** The longest delay of an SQS message, in seconds. */
const MAX_DELAY = 900;

/** Jobs as messages `{"job_id": …}` of an SQS queue. */
export function sqsJobs({
  queueUrl,
  client = new SQSClient(),
}: {
  queueUrl: string;
  client?: SQSClient;
}): JobQueue {
  return {
    async send(job, delaySeconds = 0) {
      const command = new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify({ job_id: job }),
        DelaySeconds: Math.min(Math.ceil(delaySeconds), MAX_DELAY),
      });
      await orUnavailable('The queue', client.send(command));
    },
  };
}
