import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { ObjectEvent } from '#shared/scans/object-event.ts';
import type { BucketEvents } from '#shared/storages/bucket-events.ts';
import { eventBridgeBucketEvents } from '#shared/storages/eventbridge-bucket-events.ts';
import { eventsTemplate } from '#shared/storages/events-template.ts';
import { memoryBucketEvents } from '../../memory/bucket-events.ts';
import { emulator, uniqueName } from '../emulator.ts';

const PREFIX = 'deeplens-test.';
const ACCOUNT = '000000000000';
const newTenant = () => tenantId(uniqueName('tenant'));
const source = { account: ACCOUNT, bucket: 'pictures', prefix: '' };

async function newQueue() {
  const sqs = new SQSClient(emulator());
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: uniqueName('events') }));
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  const { Attributes = {} } = await sqs.send(command);
  /** Takes messages until none comes for a second. */
  const drain = async () => {
    const bodies: unknown[] = [];
    for (;;) {
      const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
      const { Messages = [] } = await sqs.send(receive);
      if (Messages.length === 0) return bodies;
      for (const { Body = '', ReceiptHandle } of Messages) {
        bodies.push(JSON.parse(Body));
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  };
  return { arn: Attributes.QueueArn ?? '', drain };
}

describe.each([
  ['in memory', async (): Promise<BucketEvents> => memoryBucketEvents()],
  [
    'in EventBridge',
    async () =>
      eventBridgeBucketEvents({
        ...{ prefix: PREFIX, queueArn: (await newQueue()).arn },
        client: new EventBridgeClient(emulator()),
      }),
  ],
])('event buses %s', (_, open) => {
  it('are turned on and off, again and again', async () => {
    const events = await open();
    const [tenant, storage] = [newTenant(), newStorageId()];
    const arn = await events.turnOn(tenant, storage, source);
    expect(arn).toMatch(new RegExp(`^arn:aws:events:.*:event-bus/.*${storage}$`));
    expect(await events.turnOn(tenant, storage, source)).toBe(arn);
    expect(await events.count(tenant)).toBe(1);
    for (let i = 0; i < 2; i += 1) await events.turnOff(tenant, storage);
    expect(await events.count(tenant)).toBe(0);
  });

  it('of a tenant are all removed, and none of a tenant whose id begins alike', async () => {
    const events = await open();
    const tenant = newTenant();
    const longer = tenantId(`${tenant}-2`);
    for (let i = 0; i < 12; i += 1) await events.turnOn(tenant, newStorageId(), source);
    await events.turnOn(longer, newStorageId(), source);
    let removed = 0;
    for (let more = -1; more !== 0; removed += more) more = await events.removeSome(tenant);
    expect([removed, await events.count(tenant), await events.count(longer)]).toEqual([12, 0, 1]);
    await events.removeSome(longer);
  });
});

describe('events of a bucket, by the template for the tenant’s account', () => {
  it('arrive with tenant and location of the rule, of that bucket, prefix and account alone', async () => {
    const [client, s3] = [
      new EventBridgeClient(emulator()),
      new S3Client({ ...emulator(), forcePathStyle: true }),
    ];
    const queue = await newQueue();
    const events = eventBridgeBucketEvents({ prefix: PREFIX, queueArn: queue.arn, client });
    const [tenant, storage, bucket] = [newTenant(), newStorageId(), uniqueName('pictures')];
    const other = uniqueName('other');
    for (const Bucket of [bucket, other]) {
      await s3.send(new CreateBucketCommand({ Bucket }));
      const NotificationConfiguration = { EventBridgeConfiguration: {} };
      await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    }
    const arn = await events.turnOn(tenant, storage, { account: ACCOUNT, bucket, prefix: 'in/' });
    const stranger = newStorageId();
    const strangersArn = await events.turnOn(tenant, stranger, {
      account: '111111111111',
      bucket,
      prefix: '',
    });
    // The tenant's rule; a wider one, which sends what it may not; and one to a bus for another account.
    const own = eventsTemplate({ bucket, prefix: 'in/' }, arn).Resources.Objects.Properties;
    const wider = { EventPattern: { source: ['aws.s3'] }, Targets: [{ Id: 'deeplens', Arn: arn }] };
    const wrong = { EventPattern: { source: ['aws.s3'] }, Targets: [{ Id: 'deeplens', Arn: strangersArn }] };
    const put = (Bucket: string, Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const keys = ['in/a.jpg', 'in/é "quoted" \\ <b>+.jpg'];
    for (const [Name, { EventPattern, Targets }] of Object.entries({ own, wider, wrong })) {
      await client.send(
        new PutRuleCommand({ Name: `${bucket}-${Name}`, EventPattern: JSON.stringify(EventPattern) }),
      );
      const targets = Targets.map(({ Id, Arn }) => ({ Id, Arn }));
      await client.send(new PutTargetsCommand({ Rule: `${bucket}-${Name}`, Targets: targets }));
    }
    for (const key of keys) await put(bucket, key);
    await put(bucket, 'out/a.jpg');
    await put(other, 'in/a.jpg');
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'in/a.jpg' }));
    // A forged event: whoever may send to the bus can say what they want, but not as S3.
    const forged = { Source: 'acme', DetailType: 'Object Created', EventBusName: arn };
    const Detail = JSON.stringify({
      tenant_id: 'x',
      bucket: { name: bucket },
      object: { key: 'in/forged.jpg' },
    });
    await client.send(new PutEventsCommand({ Entries: [{ ...forged, Detail }] }));
    const arrived = (await queue.drain()).map((body) => ObjectEvent.parse(body));
    expect(new Set(arrived.map(({ event }) => event.detail.object.key))).toEqual(new Set(keys));
    expect(new Set(arrived.map(({ tenant_id, storage_id }) => `${tenant_id} ${storage_id}`))).toEqual(
      new Set([`${tenant} ${storage}`]),
    );
    await events.removeSome(tenant);
    await put(bucket, 'in/b.jpg');
    expect(await queue.drain()).toEqual([]);
  });
});
