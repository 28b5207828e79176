import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { FairQueue } from './fair-queue.ts';
import { traced } from './traceparent.ts';

/** SQS's limits of one SendMessageBatch. */
const BATCH_ENTRIES = 10;
/** Batches at once. */
const CONCURRENCY = 8;

/** A standard queue of SQS, which is fair between message groups: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html */
export function sqsFairQueue({
  queueUrl,
  client = new SQSClient(),
}: {
  queueUrl: string;
  client?: SQSClient;
}): FairQueue {
  async function sendBatch(tenant: TenantId, bodies: readonly unknown[]): Promise<void> {
    const command = new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: bodies.map((body, i) => ({
        Id: String(i),
        MessageBody: textOf(body),
        MessageGroupId: tenant,
      })),
    });
    const { Failed = [] } = await orUnavailable('The queue', client.send(command));
    if (Failed.length > 0)
      throw new Problem('dependency_unavailable', `The queue did not accept ${Failed.length} messages.`);
  }

  return {
    name: queueUrl.split('/').at(-1) ?? '',
    async send(tenant, body, delaySeconds = 0) {
      const command = new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: textOf(body),
        MessageGroupId: tenant,
        ...(delaySeconds > 0 && { DelaySeconds: delaySeconds }),
      });
      await orUnavailable('The queue', client.send(command));
    },
    async sendAll(tenant, bodies) {
      const atOnce = BATCH_ENTRIES * CONCURRENCY;
      for (let start = 0; start < bodies.length; start += atOnce)
        await Promise.all(
          batchesOf(bodies.slice(start, start + atOnce)).map((batch) => sendBatch(tenant, batch)),
        );
    },
  };
}

const textOf = (body: unknown): string =>
  JSON.stringify(typeof body === 'object' && body !== null ? traced(body) : body);

const batchesOf = (bodies: readonly unknown[]): (readonly unknown[])[] =>
  Array.from({ length: Math.ceil(bodies.length / BATCH_ENTRIES) }, (_, i) =>
    bodies.slice(i * BATCH_ENTRIES, (i + 1) * BATCH_ENTRIES),
  );
