import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { HealthCheck } from './health.ts';

/** Whether the queue answers, and how many messages wait in it. */
export const sqsQueueHealth =
  ({ queueUrl, client = new SQSClient() }: { queueUrl: string; client?: SQSClient }): HealthCheck =>
  async () => {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    return {
      status: 'ok',
      detail: `${Attributes?.ApproximateNumberOfMessages ?? '?'} pictures wait for embedding`,
    };
  };
