import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { newDeliveryId, newWebhookId, tenantId } from '#shared/kernel/ids.ts';
import { sqsAttemptQueue } from '#shared/webhooks/sqs-attempt-queue.ts';
import { emulator, uniqueName } from '../emulator.ts';

const client = new SQSClient(emulator());
const reference = () => ({
  tenant_id: tenantId('acme'),
  webhook_id: newWebhookId(),
  delivery_id: newDeliveryId(),
});

it('a message names a delivery, in the group of its endpoint, after its delay', async () => {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: uniqueName('attempts') }));
  const queue = sqsAttemptQueue({ queueUrl: QueueUrl, client });
  const receive = async (seconds: number) => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        WaitTimeSeconds: seconds,
        MessageSystemAttributeNames: ['MessageGroupId'],
      }),
    );
    return Messages.map(({ Body, Attributes }) => [JSON.parse(Body ?? ''), Attributes?.MessageGroupId]);
  };
  const [now, later] = [reference(), reference()];
  await queue.send(later, 2);
  await queue.send(now);
  expect(await receive(1)).toEqual([[now, now.webhook_id]]);
  expect(await receive(5)).toEqual([[later, later.webhook_id]]);
});

it('a queue that cannot be reached is a problem', async () => {
  const nobody = new SQSClient({ ...emulator(), endpoint: 'http://127.0.0.1:9', maxAttempts: 1 });
  const queue = sqsAttemptQueue({ queueUrl: 'http://127.0.0.1:9/000000000000/attempts', client: nobody });
  await expect(queue.send(reference())).rejects.toMatchObject({ code: 'dependency_unavailable' });
});
