import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { sqsRedelivery } from '#shared/messaging/sqs-redelivery.ts';
import { emulator, uniqueName } from '../emulator.ts';

it('has a message of SQS delivered again when it says', async () => {
  const client = new SQSClient({ ...emulator(), useQueueUrlAsEndpoint: false });
  const { QueueUrl } = await client.send(
    new CreateQueueCommand({ QueueName: uniqueName('again'), Attributes: { VisibilityTimeout: '600' } }),
  );
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const receive = async (wait = 0) =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: wait }))).Messages?.[0];
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
  const received = await receive(5);
  expect(received?.Body).toBe('one');
  expect(await receive()).toBeUndefined();
  const message = { queueArn: Attributes?.QueueArn ?? '', receipt: received?.ReceiptHandle ?? '' };
  await sqsRedelivery(client).after(message, 0);
  expect((await receive(5))?.Body).toBe('one');
  await expect(sqsRedelivery(client).after({ ...message, receipt: 'unknown' }, 0)).rejects.toThrow();
});
