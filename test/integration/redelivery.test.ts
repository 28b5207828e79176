import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { getImage, requestUploads } from '#shared/contracts/http/images.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { type Client, eventually, newTenant, settled, upload } from '../e2e/client.ts';
import { readStack } from '../e2e/stack.ts';
import { photograph } from '../fixtures/photographs.ts';
import { postFile } from '../fixtures/post-file.ts';

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

/** Counts visible and in-flight messages of a queue. */
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
        object: { key: `incoming/${client.tenant}/${image}`, size, sequencer: '00' },
      },
    },
  ],
});
const send = async (body: unknown, queue = VALIDATION) =>
  sqs.send(new SendMessageCommand({ QueueUrl: await queueUrl(queue), MessageBody: JSON.stringify(body) }));

describe('a repeated upload notification', () => {
  it('changes nothing, concurrent or late', async () => {
    const bytes = await photograph('french-alpine-landscape');
    const image = await upload(client, bytes, { filename: 'alps.jpg' });
    await send(notification(image, bytes.length)); // concurrent with the real one
    const before = await settled(client, image);
    expect(before.status).toBe('indexed');
    await send(notification(image, bytes.length));
    await send(notification(image, bytes.length));
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

  it('is consumed for an image that was never announced', async () => {
    const unannounced = 'img_01ARZ3NDEKTSV4RRFFQ69G5FAV';
    await send(notification(unannounced, 10));
    await eventually(
      () => waiting(validation),
      (messages) => messages === 0,
    );
    expect(await waiting(await queueUrl(DEAD_LETTERS))).toBe(0);
    expect((await client.call(getImage, { params: { image_id: unannounced } })).status).toBe(404);
  });
});

describe('a dead letter of an upload', () => {
  it('fails the image, which can be uploaded again', async () => {
    const bytes = await photograph('dust-bowl-home');
    const { body } = await client.call(requestUploads, {
      body: { files: [{ filename: 'home.jpg', content_type: 'image/jpeg', size: bytes.length }] },
    });
    const [form] = body.uploads;
    if (!form || !('url' in form)) throw new Error('refused');
    await send(notification(form.image_id, bytes.length), DEAD_LETTERS);
    const failed = await settled(client, form.image_id);
    expect(failed).toMatchObject({
      status: 'failed',
      failure: { stage: 'validation', code: 'dependency_unavailable', retryable: true },
    });
    expect((await postFile(form, bytes, 'image/jpeg')).ok).toBe(true);
    const retried = await eventually(
      () => client.call(getImage, { params: { image_id: form.image_id } }),
      (reply) => reply.body.status === 'indexed',
    );
    expect(retried.body.failure).toBeUndefined();
  });
});

describe('a message that cannot be read', () => {
  it('is delivered again at once, until the dead-letter queue has it', async () => {
    const deadLetters = await queueUrl(DEAD_LETTERS);
    const before = await waiting(deadLetters);
    await send('neither a notification nor an event');
    await eventually(
      () => waiting(deadLetters),
      (messages) => messages > before,
      120_000, // the queue's own time would be three hours
    );
    await sqs.send(new PurgeQueueCommand({ QueueUrl: deadLetters }));
  });
});
