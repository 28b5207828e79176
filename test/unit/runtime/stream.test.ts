import type { Context, DynamoDBStreamEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import { type StreamRecord, streamFunction } from '#shared/runtime/stream.ts';

const context = { functionName: 'f', awsRequestId: 'x', getRemainingTimeInMillis: () => 1000 } as Context;
const Keys = { pk: { S: 'p' }, sk: { S: 's' } };
const event: DynamoDBStreamEvent = {
  Records: [
    { eventID: 'e1', eventName: 'INSERT', dynamodb: { Keys, NewImage: { ...Keys, n: { N: '1' } } } },
    {
      eventID: 'e2',
      eventName: 'MODIFY',
      dynamodb: {
        Keys,
        OldImage: { n: { N: '1' } },
        NewImage: { list: { L: [{ BOOL: true }, { NULL: true }] } },
      },
    },
    { eventID: 'e3', eventName: 'REMOVE', dynamodb: { Keys, OldImage: { map: { M: { a: { S: 'x' } } } } } },
  ],
};

it('passes old and new images of items', async () => {
  const records: StreamRecord[] = [];
  await streamFunction({ run: async (batch) => void records.push(...batch) })(event, context);
  const keys = { pk: 'p', sk: 's' };
  expect(records).toEqual([
    { eventId: 'e1', eventName: 'INSERT', keys, newImage: { pk: 'p', sk: 's', n: 1 } },
    { eventId: 'e2', eventName: 'MODIFY', keys, oldImage: { n: 1 }, newImage: { list: [true, null] } },
    { eventId: 'e3', eventName: 'REMOVE', keys, oldImage: { map: { a: 'x' } } },
  ]);
});

it('fails as a whole, so that the batch is redelivered', async () => {
  const handler = streamFunction({ run: () => Promise.reject(new Error('later')) });
  await expect(handler(event, context)).rejects.toThrow('later');
});
