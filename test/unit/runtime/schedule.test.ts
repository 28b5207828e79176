import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { scheduledFunction } from '#shared/runtime/schedule.ts';

const context = { functionName: 'f', awsRequestId: 'x', getRemainingTimeInMillis: () => 1000 } as Context;

describe('a scheduled function', () => {
  it('succeeds if no item failed', async () => {
    const handler = scheduledFunction({ run: async () => ({ removed: 2, failed: 0 }) });
    await expect(handler({}, context)).resolves.toBeUndefined();
  });

  it('fails if an item failed, so that an alarm can count it', async () => {
    const handler = scheduledFunction({ run: async () => ({ removed: 2, failed: 1 }) });
    await expect(handler({}, context)).rejects.toThrow('1 of 3');
  });
});
