import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import type { FairQueue } from './fair-queue.ts';

/** A standard queue of SQS, which is fair between message groups: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html */
export function sqsFairQueue({
  queueUrl,
  client = new SQSClient(),
}: {
  queueUrl: string;
  client?: SQSClient;
}): FairQueue {
  return {
    name: queueUrl.split('/').at(-1) ?? '',
    async send(tenant, body) {
      const command = new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(body),
        MessageGroupId: tenant,
      });
      await orUnavailable('The queue', client.send(command));
    },
  };
}
