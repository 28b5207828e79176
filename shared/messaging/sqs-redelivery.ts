import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import type { Redelivery } from './redelivery.ts';

/**
 * Redelivery by the visibility timeout of messages.
 * @param client takes the address of a queue as its name alone: the one in an event is that of AWS, an emulator's is another
 */
export function sqsRedelivery(client = new SQSClient({ useQueueUrlAsEndpoint: false })): Redelivery {
  return {
    async after({ queueArn, receipt }, seconds) {
      const command = new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl(queueArn),
        ReceiptHandle: receipt,
        VisibilityTimeout: seconds,
      });
      await orUnavailable('The queue', client.send(command));
    },
  };
}

function queueUrl(arn: string): string {
  const [, partition = '', , region = '', account = '', name = ''] = arn.split(':');
  const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://sqs.${region}.${domain}/${account}/${name}`;
}
