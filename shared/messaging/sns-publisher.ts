import { PublishBatchCommand, type PublishBatchRequestEntry, SNSClient } from '@aws-sdk/client-sns';
import { z } from 'zod';
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

/** Publishes events to an SNS topic; subscriptions filter by the message attributes `type`, `tenant` and `time`. */
export function snsPublisher({
  topicArn,
  client = new SNSClient(),
}: {
  topicArn: string;
  client?: SNSClient;
}): EventPublisher {
  return {
    async publish(tenant, events) {
      const entries = events.map((event, i) => ({
        Id: String(i),
        Message: serializeEvent(traced(event)),
        MessageGroupId: tenant, // forwarded by standard topics to SQS, whose queues are fair between groups
        MessageAttributes: attributesOf({ type: event.type, tenant, time: event.time }),
      }));
      for (const PublishBatchRequestEntries of inBatches(entries)) {
        const command = new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries });
        const { Failed = [] } = await orUnavailable('The event bus', client.send(command));
        if (Failed.some((entry) => entry.SenderFault)) {
          throw new Error(`SNS rejected an event: ${Failed.map((entry) => entry.Code).join(', ')}`);
        }
        if (Failed.length > 0) {
          const detail = `${Failed.length} events were not accepted. Try again in a moment.`;
          throw new Problem('dependency_unavailable', detail, { retryAfter: 2 });
        }
      }
    },
  };
}

const attributesOf = (values: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );

type Entry = PublishBatchRequestEntry & { Message: string };

/** Splits entries into as few batches as the limits allow, in order. */
function inBatches(entries: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const bytes = Buffer.byteLength(entry.Message) + ATTRIBUTE_BYTES;
    const last = batches.at(-1);
    if (last && last.length < BATCH_ENTRIES && bytes <= room) {
      last.push(entry);
      room -= bytes;
    } else {
      batches.push([entry]);
      room = BATCH_BYTES - bytes;
    }
  }
  return batches;
}
