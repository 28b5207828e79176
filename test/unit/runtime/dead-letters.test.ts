import type { Context, SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { deadLetterFunction } from '#shared/runtime/dead-letters.ts';

const letter = (id: string, queue: string, body: string) => ({
  messageId: id,
  body,
  attributes: { ApproximateReceiveCount: '6' },
  eventSourceARN: `arn:aws:sqs:eu-west-1:1:${queue}`,
  eventSource: 'aws:sqs',
});

describe('deadLetterFunction', () => {
  it('records failures of known images and leaves other messages in the queue', async () => {
    const recorded: unknown[] = [];
    const handler = deadLetterFunction(
      { 'validation-dlq': 'validation' },
      async ({ body, stage, attempts }) => {
        if (body.includes('nobody')) return 'unreadable';
        recorded.push([stage, attempts, JSON.parse(body)]);
        return 'recorded';
      },
    );
    const event = {
      Records: [
        letter('m1', 'validation-dlq', '{"image":1}'),
        letter('m2', 'validation-dlq', '{"nobody":1}'),
        letter('m3', 'strange-dlq', '{"image":2}'),
      ],
    } as unknown as SQSEvent; // the fields that it reads
    const { batchItemFailures } = await handler(event, { functionName: 'f', awsRequestId: 'r' } as Context);
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m2', 'm3']);
    expect(recorded).toEqual([['validation', 6, { image: 1 }]]);
  });
});
