import {
  CreateTopicCommand,
  type PublishBatchCommandInput,
  type PublishBatchRequestEntry,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { AnyEvent } from '#shared/contracts/events/envelope.ts';
import type { ImagesFailedV1, ImagesUploadedV1 } from '#shared/contracts/events/registry.ts';
import { newImageId, tenantId } from '#shared/kernel/ids.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { memoryPublisher } from '../../memory/publisher.ts';
import { emulator, uniqueName } from '../emulator.ts';

const tenant = tenantId('acme');
const at = '2026-01-01T00:00:00.000Z';

function newEnvelope<Type extends string>(type: Type) {
  const image_id: string = newImageId();
  return {
    specversion: '1.0',
    id: `${image_id}.${type}`,
    source: 'deeplens',
    type,
    subject: image_id,
    time: at,
    datacontenttype: 'application/json',
    dataversion: '1',
    tenantid: tenant,
    correlationid: 'cor-1',
  } as const;
}
function uploaded(file_path = 'boats.jpg'): ImagesUploadedV1 {
  const envelope = newEnvelope('images.uploaded');
  const data = {
    image_id: envelope.subject,
    file_name: 'boats.jpg',
    file_path,
    storage_location: 'uploads',
    storage_type: 's3' as const,
    object: { bucket: 'pictures', key: 'uploads/acme/1' },
    file_size: 10,
    content_type: 'image/jpeg',
    created_at: at,
  };
  return { ...envelope, data };
}
function failed(): ImagesFailedV1 {
  const envelope = newEnvelope('images.failed');
  const failure = {
    stage: 'upload' as const,
    code: 'truncated',
    detail: 'cut',
    retryable: false,
    attempts: 1,
  };
  return { ...envelope, data: { image_id: envelope.subject, failure, original_event: {}, failed_at: at } };
}

/** A publisher, and what has arrived at a consumer of all events, or of one type. */
interface Bus {
  publisher: EventPublisher;
  received(count: number, type?: string): Promise<unknown[]>;
}

async function memoryBus(): Promise<Bus> {
  const publisher = memoryPublisher();
  return {
    publisher,
    received: async (_, type) =>
      publisher.events.filter((event) => type === undefined || event.type === type),
  };
}

async function subscribedQueue(topicArn: string, sns: SNSClient, filter?: object) {
  const sqs = new SQSClient(emulator());
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: uniqueName('events') }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: Attributes?.QueueArn,
      Attributes: { RawMessageDelivery: 'true', ...(filter && { FilterPolicy: JSON.stringify(filter) }) },
    }),
  );
  return async (count: number) => {
    const messages = [];
    for (let polls = 0; messages.length < count && polls < 20; polls++) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          WaitTimeSeconds: 1,
        }),
      );
      messages.push(...Messages);
      if (Messages.length > 0) {
        const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    }
    return messages;
  };
}

async function newTopic() {
  const sns = new SNSClient(emulator());
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: uniqueName('events') }));
  return { sns, topicArn: TopicArn };
}

async function snsBus(): Promise<Bus> {
  const { sns, topicArn } = await newTopic();
  const all = await subscribedQueue(topicArn, sns);
  const failures = await subscribedQueue(topicArn, sns, { type: ['images.failed'] });
  return {
    publisher: snsPublisher({ topicArn, client: sns }),
    received: async (count, type) =>
      (await (type === undefined ? all(count) : failures(count))).map(({ Body = '' }) => JSON.parse(Body)),
  };
}

const byId = (events: readonly unknown[]) =>
  events.map((event) => AnyEvent.parse(event)).sort((a, b) => (a.id < b.id ? -1 : 1));

describe.each([
  ['memory', memoryBus],
  ['SNS', snsBus],
])('events by %s', (_, open) => {
  let bus: Bus;
  beforeAll(async () => {
    bus = await open();
  });

  it('arrive unchanged and routed by type, in more than one batch', async () => {
    const events = [...Array.from({ length: 23 }, () => uploaded()), failed(), failed()];
    await bus.publisher.publish(tenant, events);
    expect(byId(await bus.received(25))).toEqual(byId(events));
    expect(byId(await bus.received(2, 'images.failed'))).toEqual(byId(events.slice(23)));
  });

  it('may be an empty list', async () => {
    await expect(bus.publisher.publish(tenant, [])).resolves.toBeUndefined();
  });
});

describe('events by SNS, on the wire', () => {
  it('have their type and the tenant as message group, in batches within the limits of SNS', async () => {
    const { sns, topicArn } = await newTopic();
    const batches: PublishBatchRequestEntry[][] = [];
    sns.middlewareStack.add(
      (next) => (args) => {
        if ('PublishBatchRequestEntries' in args.input) {
          batches.push(args.input.PublishBatchRequestEntries ?? []);
        }
        return next(args);
      },
      { step: 'initialize' },
    );
    const queue = await subscribedQueue(topicArn, new SNSClient(emulator()));
    const events = Array.from({ length: 5 }, () => uploaded('x'.repeat(100_000)));
    await snsPublisher({ topicArn, client: sns }).publish(tenant, events);
    expect(batches.map((batch) => batch.length)).toEqual([2, 2, 1]);
    expect(batches.flat().map((entry) => entry.MessageGroupId)).toEqual(events.map(() => tenant));
    const messages = await queue(5);
    expect(messages.map((message) => message.MessageAttributes?.type?.StringValue)).toEqual(
      events.map(() => 'images.uploaded'),
    );
    const { tenant: owner, time } = messages[0]?.MessageAttributes ?? {};
    expect([owner?.StringValue, time?.StringValue]).toEqual([tenant, events[0]?.time]);
  });

  it('go together if they are published at the same time, whoever publishes them, and fail alone', async () => {
    const client = new SNSClient(emulator());
    const batches: PublishBatchRequestEntry[][] = [];
    client.middlewareStack.add(
      () => async (args) => {
        const { PublishBatchRequestEntries = [] } = args.input as PublishBatchCommandInput;
        batches.push(PublishBatchRequestEntries);
        const Failed = [{ Id: '1', Code: 'InternalError', SenderFault: false }];
        return { output: { $metadata: {}, Failed }, response: {} };
      },
      { step: 'initialize' },
    );
    const { publish } = snsPublisher({ topicArn: 'arn:aws:sns:us-east-1:000000000000:events', client });
    const other = tenantId('other');
    const outcomes = await Promise.allSettled([
      publish(tenant, [uploaded()]),
      publish(other, [uploaded()]),
      publish(tenant, [failed()]),
    ]);
    expect(batches.map((batch) => batch.map((entry) => entry.MessageGroupId))).toEqual([
      [tenant, other, tenant],
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'dependency_unavailable', retryAfter: 2 } });
  });

  it('raise an error if the topic does not exist', async () => {
    const client = new SNSClient({ ...emulator(), endpoint: 'http://127.0.0.1:9', maxAttempts: 1 });
    const publisher = snsPublisher({ topicArn: 'arn:aws:sns:us-east-1:000000000000:events', client });
    await expect(publisher.publish(tenant, [uploaded()])).rejects.toMatchObject({
      code: 'dependency_unavailable',
      retryAfter: 2,
    });
  });
});
