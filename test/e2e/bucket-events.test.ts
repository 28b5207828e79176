import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as images from '#shared/contracts/http/images.ts';
import { listOwnJobs } from '#shared/contracts/http/jobs.ts';
import * as api from '#shared/contracts/http/storages.ts';
import type { StorageId } from '#shared/kernel/ids.ts';
import { distinctPhotographs } from '../fixtures/photographs.ts';
import { type Client, eventually, newTenant } from './client.ts';
import { aws, bucketLocation, roleLocation } from './own-bucket.ts';
import { tracesOf } from './traces.ts';

/** The parts of the template that the tenant's account is set up with. */
const Template = z.object({
  Resources: z.object({
    Objects: z.object({
      Properties: z.object({
        EventPattern: z.unknown(),
        Targets: z.tuple([z.object({ Id: z.string(), Arn: z.string() })]),
      }),
    }),
  }),
});

let client: Client;
let s3: S3Client;
let bucket: string;
let storage_id: StorageId;
let pictures: readonly Uint8Array[];

const put = (Key: string, picture: number) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: pictures[picture] ?? '' }));
const library = async () => {
  const { body } = await client.call(images.listImages, { query: { storage_id, limit: '100' } });
  return body.images.map(({ file_path, status }) => `${file_path} ${status}`).sort();
};

beforeAll(async () => {
  client = await newTenant('bucket-events');
  s3 = new S3Client({ ...aws(), forcePathStyle: true });
  bucket = `${client.tenant}-pictures`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );
  storage_id = await roleLocation(client.tenant, bucket, 'in/');
  pictures = await distinctPhotographs(3);
});

describe('events of a tenant’s bucket', () => {
  it('bring in what is written to it, by the rule that the location hands out', async () => {
    const turnedOn = await client.call(api.turnOnEvents, { params: { storage_id } });
    expect(turnedOn.status).toBe(200);
    const { bus_arn } = turnedOn.body.events;
    const shown = await client.call(api.getStorage, { params: { storage_id } });
    expect(shown.body.events).toEqual({ bus_arn });
    const { EventPattern, Targets } = Template.parse(turnedOn.body.template).Resources.Objects.Properties;
    const bridge = new EventBridgeClient(aws());
    await bridge.send(new PutRuleCommand({ Name: bucket, EventPattern: JSON.stringify(EventPattern) }));
    await bridge.send(new PutTargetsCommand({ Rule: bucket, Targets: [...Targets] }));
    await put('in/é 1+.jpg', 0);
    await put('in/2.jpg', 1);
    await put('out/3.jpg', 2);
    await eventually(
      library,
      (found) => found.length === 2 && found.every((each) => each.endsWith('indexed')),
      60_000,
    );
    expect(await library()).toEqual(['in/2.jpg indexed', 'in/é 1+.jpg indexed']);
  });

  it('make an object missing, and say so in a job', async () => {
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'in/2.jpg' }));
    const jobs = await eventually(
      () => client.call(listOwnJobs, { query: { kind: 'scan' } }),
      ({ body }) => body.jobs[0]?.progress.missing === 1,
      60_000,
    );
    expect(jobs.body.jobs).toMatchObject([{ source: 'events', storage_id, progress: { indexed: 2 } }]);
  });

  it('are not for a location that is opened by keys', async () => {
    const location = await bucketLocation(`${client.tenant}-by-keys`);
    const { body } = await client.call(api.addStorage, { body: location });
    const refused = await client.call(api.turnOnEvents, { params: { storage_id: body.storage_id } });
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('end when they are turned off, and with the location', async () => {
    const off = await client.call(api.turnOffEvents, { params: { storage_id } });
    expect([off.status, off.body.events]).toEqual([200, undefined]);
    expect(Object.keys(await tracesOf(client.tenant))).not.toContain('event buses');
    await client.call(api.turnOnEvents, { params: { storage_id } });
    expect(Object.keys(await tracesOf(client.tenant))).toContain('event buses');
    await client.call(api.removeStorage, { params: { storage_id } });
    expect(Object.keys(await tracesOf(client.tenant))).not.toContain('event buses');
  });
});
