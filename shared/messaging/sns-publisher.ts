import { PublishBatchCommand, type PublishBatchRequestEntry, SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import { serializeEvent } from '#shared/contracts/events/serialize-event.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { EventPublisher } from './publisher.ts';
import { traced } from './traceparent.ts';

export const SnsEnv = z.object({ EVENTS_TOPIC_ARN: z.string().min(1) });

/** SNS's limits for one PublishBatch: entries, and bytes of all messages with their attributes. */
const BATCH_ENTRIES = 10;
const BATCH_BYTES = 256 * 1024;
/** Upper bound of the bytes that the attributes add to a message: names, types and values. */
const ATTRIBUTE_BYTES = 256;

/**
 * Publishes events to an SNS topic; subscriptions filter by the message attributes `type`, `tenant` and `time`. What is published
 * before the event loop goes on is sent by as few calls as the limits allow, and fails alone: the steps of a batch's messages publish
 * at the same time.
 */
export function snsPublisher({
  topicArn,
  client = new SNSClient(),
}: {
  topicArn: string;
  client?: SNSClient;
}): EventPublisher {
  let waiting: Waiting[] = [];

  /** Sends everything that waits. */
  function flush(): void {
    const batches = inBatches(waiting);
    waiting = [];
    for (const batch of batches)
      send(batch).catch((error: unknown) => {
        for (const { reject } of batch) reject(error);
      });
  }

  async function send(batch: readonly Waiting[]): Promise<void> {
    const command = new PublishBatchCommand({
      TopicArn: topicArn,
      PublishBatchRequestEntries: batch.map(({ entry }, at) => ({ ...entry, Id: String(at) })),
    });
    const { Failed = [] } = await orUnavailable('The event bus', client.send(command));
    const failed = new Map(Failed.map((each) => [each.Id, each]));
    for (const [at, { resolve, reject }] of batch.entries()) {
      const failure = failed.get(String(at));
      if (!failure) resolve();
      else if (failure.SenderFault) reject(new Error(`SNS rejected an event: ${failure.Code}`));
      else reject(new Problem('dependency_unavailable', NOT_ACCEPTED, { retryAfter: 2 }));
    }
  }

  const enqueue = (entry: Entry): Promise<void> =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ entry, resolve, reject });
    });

  return {
    async publish(tenant, events) {
      const entries = events.map((event) => ({
        Message: serializeEvent(traced(event)),
        MessageGroupId: tenant, // forwarded by standard topics to SQS, whose queues are fair between groups
        MessageAttributes: attributesOf({ type: event.type, tenant, time: event.time }),
      }));
      await Promise.all(entries.map(enqueue));
    },
  };
}

const NOT_ACCEPTED = 'An event was not accepted. Try again in a moment.';

const attributesOf = (values: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );

type Entry = Omit<PublishBatchRequestEntry, 'Id'> & { Message: string };

/** An event that is to be sent, and whoever waits for that. */
interface Waiting {
  entry: Entry;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Splits entries into as few batches as the limits allow, in order. */
function inBatches(entries: readonly Waiting[]): Waiting[][] {
  const batches: Waiting[][] = [];
  let room = 0;
  for (const each of entries) {
    const bytes = Buffer.byteLength(each.entry.Message) + ATTRIBUTE_BYTES;
    const last = batches.at(-1);
    if (last && last.length < BATCH_ENTRIES && bytes <= room) {
      last.push(each);
      room -= bytes;
    } else {
      batches.push([each]);
      room = BATCH_BYTES - bytes;
    }
  }
  return batches;
}
