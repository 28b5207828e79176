import type { Context, SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Problem } from '#shared/kernel/problems.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';

const event = (bodies: string[], attempts = 1): SQSEvent => ({
  Records: bodies.map((body, position) => ({
    messageId: `m${position}`,
    receiptHandle: 'r',
    body,
    attributes: {
      ApproximateReceiveCount: String(attempts),
      SentTimestamp: '0',
      SenderId: 's',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:1:indexing',
    awsRegion: 'eu-west-1',
  })),
});
const context = { functionName: 'f', awsRequestId: 'x', getRemainingTimeInMillis: () => 1000 } as Context;
const Body = z.object({ does: z.string() });

function consumer() {
  const rejected: string[] = [];
  const handler = queueFunction({
    body: Body,
    run: each(async ({ body, attempts, queue }) => {
      expect([attempts, queue]).toEqual([2, 'indexing']);
      if (body.does === 'crash') throw new Error('crash');
      if (body.does === 'wait') throw new Problem('dependency_unavailable', 'later');
      if (body.does === 'never') throw new Problem('unreadable_image', 'no');
    }),
    reject: async ({ body }, problem) => {
      rejected.push(`${body.does} ${problem.code}`);
    },
  });
  const run = async (bodies: string[]) =>
    (await handler(event(bodies, 2), context)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  return { run, rejected };
}
const does = (what: string) => JSON.stringify({ does: what });

describe('queueFunction', () => {
  it('fails per message: redelivers retryable failures and rejects others', async () => {
    const { run, rejected } = consumer();
    expect(await run([does('well'), does('crash'), does('never'), does('wait'), does('well')])).toEqual([
      'm1',
      'm3',
    ]);
    expect(rejected).toEqual(['never unreadable_image']);
  });

  it('leaves unreadable messages to the dead-letter queue and handles the rest', async () => {
    const { run } = consumer();
    expect(await run(['{', JSON.stringify({ other: 1 }), does('well')])).toEqual(['m0', 'm1']);
  });

  it('reports every message if all fail', async () => {
    const { run } = consumer();
    expect(await run([does('crash'), does('crash')])).toEqual(['m0', 'm1']);
  });
});
