import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cleanups } from '../../../infra/local/cleanups.ts';
import { awsClient, type Emulator, startEmulator } from '../../../infra/local/emulator.ts';
import type { Home } from '../../../infra/local/home.ts';
import { snapshotsFolder, takeSnapshot } from '../../../infra/local/snapshots.ts';
import { forgetTestHome, newTestHome } from '../../../infra/local/test-home.ts';
import { callLambda, createFunction } from './lambda.ts';

const toEnd = cleanups();
let home: Home;
let emulator: Emulator;
beforeAll(async () => {
  home = await newTestHome('snapshots');
  toEnd.add(() => forgetTestHome(home));
  emulator = await startEmulator(home, toEnd, { snapshotSeconds: 3_600 });
});
afterAll(() => toEnd.run());

const Key = (id: string) => ({ id: { S: id } });
const put = (id: string, TableName = 'things') =>
  new DynamoDBClient(awsClient(emulator.url)).send(new PutItemCommand({ TableName, Item: Key(id) }));
const has = async (id: string) =>
  (
    await new DynamoDBClient(awsClient(emulator.url)).send(
      new GetItemCommand({ TableName: 'things', Key: Key(id) }),
    )
  ).Item !== undefined;

/** Ends the emulator as a power cut does, and starts it again. */
async function crash(): Promise<void> {
  process.kill(emulator.child.pid, 'SIGKILL');
  await emulator.child.ended;
  emulator = await startEmulator(home, toEnd, { snapshotSeconds: 3_600 });
}

it('a killed emulator has its last snapshot again, and says what is lost', async () => {
  const client = awsClient(emulator.url);
  await new DynamoDBClient(client).send(
    new CreateTableCommand({
      TableName: 'things',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'objects' }));
  await s3.send(new PutObjectCommand({ Bucket: 'objects', Key: 'one', Body: 'of one' }));
  const sqs = new SQSClient(client);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'messages' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
  await put('before');
  await takeSnapshot(home, emulator.child.pid);
  await put('after');
  await crash();
  expect(emulator.restored?.lostSeconds).toBeLessThan(60);
  expect([await has('before'), await has('after')]).toEqual([true, false]);
  const again = new S3Client({ ...awsClient(emulator.url), forcePathStyle: true });
  const { Body } = await again.send(new GetObjectCommand({ Bucket: 'objects', Key: 'one' }));
  expect(await Body?.transformToString()).toBe('of one');
  const { Messages } = await new SQSClient(awsClient(emulator.url)).send(
    new ReceiveMessageCommand({ QueueUrl }),
  );
  expect(Messages?.map((message) => message.Body)).toEqual(['hello']);
});

it('a function goes on to read a table’s stream after a crash, and after an end in order', async () => {
  const file = join(home.folder, 'read.txt');
  const code = `exports.handler = async ({ Records }) => {
    for (const { dynamodb } of Records) require('fs').appendFileSync(${JSON.stringify(file)}, dynamodb.Keys.id.S + ' ');
  };`;
  await createFunction(emulator.url, home, 'reader', code);
  const { TableDescription } = await new DynamoDBClient(awsClient(emulator.url)).send(
    new CreateTableCommand({
      ...{ TableName: 'streamed', BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    }),
  );
  await callLambda(emulator.url, 'event-source-mappings', {
    ...{ FunctionName: 'reader', EventSourceArn: TableDescription?.LatestStreamArn },
    StartingPosition: 'LATEST',
  });
  // Each once: what was being read when the emulator was killed is read again.
  const read = async () =>
    [...new Set((await readFile(file, 'utf8').catch(() => '')).trim().split(' '))].join(' ');
  const wait = { timeout: 20_000 };
  for (const id of ['one', 'two', 'three']) await put(id, 'streamed');
  await expect.poll(read, wait).toBe('one two three');
  await takeSnapshot(home, emulator.child.pid);
  await crash();
  await put('four', 'streamed');
  await expect.poll(read, wait).toBe('one two three four');
  await emulator.child.stop(20_000);
  emulator = await startEmulator(home, toEnd, { snapshotSeconds: 3_600 });
  await put('five', 'streamed');
  await expect.poll(read, wait).toBe('one two three four five');
});

it('keeps three snapshots, each complete, and none after an end in order', async () => {
  for (let i = 0; i < 5; i++) await takeSnapshot(home, emulator.child.pid);
  const complete = async () =>
    (await readdir(snapshotsFolder(home))).filter((name) => !name.endsWith('.new'));
  await expect.poll(complete, { timeout: 5_000 }).toHaveLength(3); // older ones are removed after the newest is complete
  await put('at the end');
  await toEnd.run();
});
