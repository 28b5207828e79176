import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { tenantId } from '#shared/kernel/ids.ts';
import { sqsFairQueue } from '#shared/messaging/sqs-fair-queue.ts';
import { emulator, uniqueName } from '../emulator.ts';

const client = new SQSClient(emulator());

it('a message has the tenant as its group, and comes from the queue of that name', async () => {
  const QueueName = uniqueName('fair');
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName }));
  const queue = sqsFairQueue({ queueUrl: QueueUrl, client });
  expect(queue.name).toBe(QueueName);
  for (const name of ['alice', 'bob']) await queue.send(tenantId(name), { of: name });
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 5,
      MessageSystemAttributeNames: ['MessageGroupId'],
    }),
  );
  expect(Messages.map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId])).toEqual([
    ['{"of":"alice"}', 'alice'],
    ['{"of":"bob"}', 'bob'],
  ]);
});

it('a queue that cannot be reached is a problem', async () => {
  const nobody = new SQSClient({ ...emulator(), endpoint: 'http://127.0.0.1:9', maxAttempts: 1 });
  const queue = sqsFairQueue({ queueUrl: 'http://127.0.0.1:9/000000000000/fair', client: nobody });
  await expect(queue.send(tenantId('alice'), {})).rejects.toMatchObject({ code: 'dependency_unavailable' });
});
