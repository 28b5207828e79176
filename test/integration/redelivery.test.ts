import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { getImage, requestUploads } from '#shared/contracts/http/images.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { postFile } from '../../infra/local/presigned-post.ts';
import { type Client, eventually, newTenant, settled, upload } from '../e2e/client.ts';
import { readStack } from '../e2e/stack.ts';
import { photograph } from '../fixtures/photographs.ts';

const aws = {
  endpoint: readStack().emulator_url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const VALIDATION = 'deeplens-local-validation';
const DEAD_LETTERS = `${VALIDATION}-dlq`;
const sqs = new SQSClient(aws);
const queueUrl = async (name: string) =>
  (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl ?? '';

/** Messages in a queue: waiting, and in somebody's hands. */
async function waiting(url: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return (
    Number(Attributes?.ApproximateNumberOfMessages) +
    Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
  );
}

let client: Client;
let bucket: string;
let validation: string;

beforeAll(async () => {
  client = await newTenant('again');
  const { Buckets = [] } = await new S3Client({ ...aws, forcePathStyle: true }).send(
    new ListBucketsCommand(),
  );
  bucket = Buckets.map(({ Name }) => Name ?? '').find((name) => name.includes('pictures')) ?? '';
  validation = await queueUrl(VALIDATION);
});

const notification = (image: string, size: number) => ({
  Records: [
    {
      eventName: 'ObjectCreated:Post',
      s3: {
        bucket: { name: bucket },
        object: { key: `uploads/${client.tenant}/${image}`, size, sequencer: '00' },
      },
    },
  ],
});
const tell = async (body: unknown, queue = VALIDATION) =>
  sqs.send(new SendMessageCommand({ QueueUrl: await queueUrl(queue), MessageBody: JSON.stringify(body) }));

describe('the same upload told again', () => {
  it('changes nothing, neither at once nor late', async () => {
    const bytes = await photograph('french-alpine-landscape');
    const image = await upload(client, bytes, { filename: 'alps.jpg' });
    await tell(notification(image, bytes.length)); // beside the real one
    const before = await settled(client, image);
    expect(before.status).toBe('indexed');
    await tell(notification(image, bytes.length));
    await tell(notification(image, bytes.length));
    await eventually(
      () => waiting(validation),
      (messages) => messages === 0,
    );
    const after = await client.call(getImage, { params: { image_id: image } });
    expect(after.body).toEqual(before);
    const { body } = await client.call(searchSimilarity, {
      body: { image: Buffer.from(bytes).toString('base64'), similarity_threshold: 0 },
    });
    expect(body.results.map(({ image_id }) => image_id)).toEqual([image]);
  });

  it('does nothing for a picture that was never announced, and holds nobody up', async () => {
    const stranger = 'img_01ARZ3NDEKTSV4RRFFQ69G5FAV';
    await tell(notification(stranger, 10));
    await eventually(
      () => waiting(validation),
      (messages) => messages === 0,
    );
    expect(await waiting(await queueUrl(DEAD_LETTERS))).toBe(0);
    expect((await client.call(getImage, { params: { image_id: stranger } })).status).toBe(404);
  });
});

describe('an upload that a step gave up', () => {
  it('has a record that says so, and can be tried again', async () => {
    const bytes = await photograph('dust-bowl-home');
    const { body } = await client.call(requestUploads, {
      body: { files: [{ filename: 'home.jpg', content_type: 'image/jpeg', size: bytes.length }] },
    });
    const [form] = body.uploads;
    if (!form || 'error' in form) throw new Error('refused');
    await tell(notification(form.image_id, bytes.length), DEAD_LETTERS);
    const given = await settled(client, form.image_id);
    expect(given).toMatchObject({
      status: 'failed',
      failure: { stage: 'validation', code: 'dependency_unavailable', retryable: true },
    });
    expect((await postFile(form, bytes, 'image/jpeg')).ok).toBe(true);
    const again = await eventually(
      () => client.call(getImage, { params: { image_id: form.image_id } }),
      (answer) => answer.body.status === 'indexed',
    );
    expect(again.body.failure).toBeUndefined();
  });
});
