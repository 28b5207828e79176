import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageQueue } from '../../../gpu-worker/message-queue.ts';
import { sqsQueue } from '../../../gpu-worker/sqs-queue.ts';

type Json = Record<string, unknown>;
const calls: { action: string | undefined; input: Json }[] = [];
/** The reply of the fake SQS; without one, the request hangs like a long poll. */
let answer: (action: string | undefined, input: Json) => { status?: number; body: Json } | undefined;
const server = createServer(async (request, response) => {
  const action = String(request.headers['x-amz-target']).split('.')[1];
  const input = JSON.parse(await text(request));
  calls.push({ action, input });
  const reply = answer(action, input);
  if (!reply) return;
  response.writeHead(reply.status ?? 200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(reply.body));
});

let queue: MessageQueue;
const never = new AbortController().signal;
const received = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `m${i}`, receipt: `r${i}`, body: '{}', attempts: 1 }));

beforeEach(async () => {
  calls.length = 0;
  answer = () => ({ body: {} });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
  const client = new SQSClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  queue = sqsQueue({ url: `${endpoint}/000000000000/embedding`, visibilityTimeout: 60, client });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('the SQS queue', () => {
  it('receives with its visibility timeout and returns the receive count', async () => {
    const MD5OfBody = createHash('md5').update('hello').digest('hex');
    const message = { MessageId: 'm', ReceiptHandle: 'r', Body: 'hello', MD5OfBody };
    answer = () => ({ body: { Messages: [{ ...message, Attributes: { ApproximateReceiveCount: '3' } }] } });
    expect(await queue.receive(7, 20, never)).toEqual([
      { id: 'm', receipt: 'r', body: 'hello', attempts: 3 },
    ]);
    expect(calls[0]).toEqual({
      action: 'ReceiveMessage',
      input: expect.objectContaining({ MaxNumberOfMessages: 7, WaitTimeSeconds: 20, VisibilityTimeout: 60 }),
    });
  });

  it('returns no messages when the poll is aborted', async () => {
    answer = () => undefined;
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    expect(await queue.receive(10, 20, stop.signal)).toEqual([]);
  });

  it('removes messages and changes their visibility in calls of ten, and makes no call for none', async () => {
    await queue.remove(received(23));
    await queue.changeVisibility(received(11), 5);
    await queue.remove([]);
    const sizes = calls.map(({ action, input }) => [action, (input.Entries as Json[]).length]);
    expect(sizes.toSorted()).toEqual([
      ['ChangeMessageVisibilityBatch', 1],
      ['ChangeMessageVisibilityBatch', 10],
      ['DeleteMessageBatch', 10],
      ['DeleteMessageBatch', 10],
      ['DeleteMessageBatch', 3],
    ]);
    const last = calls.find(({ input }) => (input.Entries as Json[]).length === 1);
    expect(last?.input.Entries).toEqual([{ Id: '10', ReceiptHandle: 'r10', VisibilityTimeout: 5 }]);
  });

  it('throws if a message is refused or the queue is unavailable', async () => {
    answer = () => ({
      body: { Successful: [], Failed: [{ Id: '0', Code: 'ReceiptHandleIsInvalid', SenderFault: true }] },
    });
    await expect(queue.remove(received(1))).rejects.toMatchObject({
      code: 'dependency_unavailable',
      message: expect.stringContaining('ReceiptHandleIsInvalid'),
    });
    answer = () => ({ status: 503, body: {} });
    await expect(queue.receive(1, 0, never)).rejects.toMatchObject({ code: 'dependency_unavailable' });
    await expect(queue.changeVisibility(received(1), 5)).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
  });
});
