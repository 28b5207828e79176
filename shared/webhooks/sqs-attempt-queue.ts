import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import { traced } from '#shared/messaging/traceparent.ts';
import { type AttemptQueue, LONGEST_DELAY } from './attempt-queue.ts';

export const AttemptQueueEnv = z.object({ WEBHOOK_ATTEMPTS_QUEUE_URL: z.url() });

/** Attempts as messages of an SQS queue that is fair between endpoints. */
export function sqsAttemptQueue({
  queueUrl,
  client = new SQSClient(),
}: {
  queueUrl: string;
  client?: SQSClient;
}): AttemptQueue {
  return {
    async send({ tenant_id, webhook_id, delivery_id }, delaySeconds = 0) {
      const command = new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(traced({ tenant_id, webhook_id, delivery_id })),
        MessageGroupId: webhook_id,
        DelaySeconds: Math.min(Math.ceil(delaySeconds), LONGEST_DELAY),
      });
      await orUnavailable('The queue', client.send(command));
    },
  };
}
