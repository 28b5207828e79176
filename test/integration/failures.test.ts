import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { redriveFailures, retryImage } from '#shared/contracts/http/failures.ts';
import { getImage, listImages } from '#shared/contracts/http/images.ts';
import { getJob } from '#shared/contracts/http/jobs.ts';
import { type Client, call, eventually, newTenant, settled, upload } from '../e2e/client.ts';
import { readStack } from '../e2e/stack.ts';
import { photograph } from '../fixtures/photographs.ts';

const aws = {
  endpoint: readStack().emulator_url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const s3 = new S3Client({ ...aws, forcePathStyle: true });
const sqs = new SQSClient(aws);
const operator = () => ({ authorization: `Bearer ${readStack().admin_token}` });

let client: Client;
let images: string[];

beforeAll(async () => {
  client = await newTenant('mended');
  const photographs = ['dust-bowl-home', 'french-alpine-landscape'] as const;
  images = await Promise.all(
    photographs.map(async (name) => upload(client, await photograph(name), { filename: `${name}.jpg` })),
  );
  for (const image of images) expect((await settled(client, image)).status).toBe('indexed');
});

/** Returns the event that said an image is indexed, from the archive. */
async function indexedEvent(image: string): Promise<string> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand());
  const find = async () => {
    for (const { Name: Bucket } of Buckets) {
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: 'events/images.indexed/' }),
      );
      const Key = Contents.find((object) => object.Key?.includes(image))?.Key;
      if (Key) return { Bucket, Key };
    }
    return { Bucket: undefined, Key: undefined };
  };
  const place = await eventually(find, ({ Key }) => Key !== undefined);
  const { Body } = await s3.send(new GetObjectCommand(place));
  return (await Body?.transformToString()) ?? '';
}

/** Makes the detection of an image's duplicates fail: its message ends as a dead letter. */
async function failDetection(image: string): Promise<void> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'deeplens-local-duplicates-dlq' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: await indexedEvent(image) }));
  await eventually(
    () => read(image),
    ({ failure }) => failure?.stage === 'duplicates',
  );
}
const read = async (image: string) => (await client.call(getImage, { params: { image_id: image } })).body;
const mended = (image: string) =>
  eventually(
    () => read(image),
    ({ failure }) => failure === undefined,
  );
const failedAt = async (stage: string) =>
  (await client.call(listImages, { query: { failure_stage: stage } })).body.images.map(
    ({ image_id }) => image_id,
  );

describe('a failure', () => {
  it('is shown with its stage and code, and mended by a retry', async () => {
    const [image = ''] = images;
    await failDetection(image);
    expect(await read(image)).toMatchObject({
      status: 'indexed',
      failure: { stage: 'duplicates', code: 'dependency_unavailable', retryable: true },
    });
    expect(await failedAt('duplicates')).toEqual([image]);
    const retried = await client.call(retryImage, { params: { image_id: image } });
    expect(retried).toMatchObject({ status: 202, body: { image_id: image, status: 'indexed' } });
    expect(await mended(image)).toMatchObject({ status: 'indexed', retries: 1 });
    expect(await failedAt('duplicates')).toEqual([]);
    const again = await client.call(retryImage, { params: { image_id: image } });
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('of many is counted, then mended, by the operator', async () => {
    for (const image of images) await failDetection(image);
    const filter = { stage: 'duplicates', tenant_id: client.tenant } as const;
    const redriven = async (body: typeof filter & { dry_run?: boolean }) => {
      const started = await call(redriveFailures, { body, headers: operator() });
      expect(started.status).toBe(202);
      const job = await eventually(
        () => call(getJob, { params: { job_id: started.body.job_id }, headers: operator() }),
        (reply) => reply.body.status === 'completed',
      );
      return job.body;
    };
    const counted = await redriven({ ...filter, dry_run: true });
    expect(counted).toMatchObject({ kind: 'redrive', progress: { found: 2, not_mendable: 0 } });
    expect((await failedAt('duplicates')).toSorted()).toEqual(images.toSorted());
    expect(await redriven(filter)).toMatchObject({ progress: { found: 2, retried: 2, left_alone: 0 } });
    for (const image of images) await mended(image);
  });

  it('cannot be mended for a tenant that does not exist, or at a stage that cannot be repeated', async () => {
    const ask = (body: object) => call(redriveFailures, { body: body as never, headers: operator() });
    expect(await ask({ stage: 'indexing', tenant_id: 'nobody' })).toMatchObject({ status: 404 });
    expect(await ask({ stage: 'upload' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer: '/stage' }] },
    });
  });
});
