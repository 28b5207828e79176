import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { HealthCheck } from './health.ts';

/** Checks that the queue is reachable and reports its length. */
export const sqsQueueHealth =
  ({ queueUrl, client = new SQSClient() }: { queueUrl: string; client?: SQSClient }): HealthCheck =>
  async () => {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    return {
      status: 'ok',
      detail: `${Attributes?.ApproximateNumberOfMessages ?? '?'} images waiting for embedding`,
    };
  };
