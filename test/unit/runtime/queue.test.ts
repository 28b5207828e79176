import type { Context, SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Problem } from '#shared/kernel/problems.ts';
import { MAX_RECEIVES } from '#shared/kernel/redelivery.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { sqsRecord } from '../../fixtures/sqs-record.ts';

const event = (bodies: string[], attempts = 1): SQSEvent => ({
  Records: bodies.map((body, position) => ({
    ...sqsRecord(`m${position}`, body, { queue: 'indexing', attempts }),
    receiptHandle: 'r',
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
/** A consumer that records when messages are delivered again. */
function retrying(attempts: number, redeliver: (seconds: number) => Promise<void> = async () => {}) {
  const again: number[] = [];
  const givenUp: string[] = [];
  const handler = queueFunction({
    body: Body,
    run: each(async ({ body }) => {
      if (body.does === 'crash') throw new TypeError('crash');
      if (body.does === 'wait') throw new Problem('dependency_unavailable', 'later');
      if (body.does === 'never') throw new Problem('unreadable_image', 'no');
    }),
    reject: async () => {},
    retry: {
      redelivery: {
        after: async ({ queueArn, receipt }, seconds) => {
          expect([queueArn, receipt]).toEqual(['arn:aws:sqs:eu-west-1:1:indexing', 'r']);
          await redeliver(seconds);
          again.push(seconds);
        },
      },
      giveUp: async ({ body }) => void givenUp.push(body.does),
    },
  });
  const run = async (bodies: string[]) =>
    (await handler(event(bodies, attempts), context)).batchItemFailures.map(
      ({ itemIdentifier }) => itemIdentifier,
    );
  return { run, again, givenUp };
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

  it.each([
    [1, 5],
    [4, 40],
    [30, 900],
  ])(
    'has a message delivered again after a backoff while a dependency is away: attempt %d',
    async (attempts, seconds) => {
      const { run, again, givenUp } = retrying(attempts);
      expect(await run([does('wait'), does('well')])).toEqual(['m0']);
      expect(again).toEqual([seconds]);
      expect(givenUp).toEqual([]);
    },
  );

  it('gives up what fails five times and no dependency explains, and rejects at once what can never succeed', async () => {
    const fourth = retrying(4);
    expect(await fourth.run([does('crash'), does('never')])).toEqual(['m0']);
    expect(fourth.givenUp).toEqual([]);
    const fifth = retrying(5);
    expect(await fifth.run([does('crash'), does('wait')])).toEqual(['m1']);
    expect(fifth.givenUp).toEqual(['crash']);
  });

  it('loses no message in an outage of an hour', async () => {
    let now = 0;
    const messages = Array.from({ length: 4 }, () => ({ receives: 0, visibleAt: 0, done: false }));
    const handler = queueFunction({
      body: Body,
      run: each(async () => {
        if (now < 3_600) throw new Problem('dependency_unavailable', 'OpenSearch is down');
      }),
      reject: () => Promise.reject(new Error('no fault of the image')),
      retry: {
        redelivery: {
          after: async ({ receipt }, seconds) => {
            const message = messages[Number(receipt)];
            if (message) message.visibleAt = now + seconds;
          },
        },
        giveUp: () => Promise.reject(new Error('explained by the outage')),
      },
    });
    for (; now < 7_200 && messages.some(({ done }) => !done); now++) {
      for (const [id, message] of messages.entries()) {
        if (message.done || message.visibleAt > now) continue;
        message.receives += 1;
        const [record] = event([does('index')], message.receives).Records;
        if (!record) throw new Error('one was made');
        const { batchItemFailures } = await handler(
          { Records: [{ ...record, receiptHandle: String(id) }] },
          context,
        );
        message.done = batchItemFailures.length === 0;
      }
    }
    expect(messages.every(({ done }) => done)).toBe(true);
    expect(now).toBeLessThan(3_600 + 901);
    expect(Math.max(...messages.map(({ receives }) => receives))).toBeLessThan(MAX_RECEIVES);
  });

  it('hastens what it cannot read to the dead-letter queue', async () => {
    const { run, again } = retrying(3);
    expect(await run(['{'])).toEqual(['m0']);
    expect(again).toEqual([0]);
  });

  it('leaves a message to the queue’s own time if the backoff cannot be set', async () => {
    const { run, givenUp } = retrying(1, () => Promise.reject(new Error('SQS is down')));
    expect(await run([does('wait')])).toEqual(['m0']);
    expect(givenUp).toEqual([]);
  });
});
