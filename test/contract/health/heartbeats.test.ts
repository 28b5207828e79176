import { beforeAll, describe, expect, it } from 'vitest';
import { dynamoHeartbeats } from '#shared/health/dynamodb-heartbeats.ts';
import type { Heartbeats } from '#shared/health/heartbeats.ts';
import { memoryHeartbeats } from '../../memory/heartbeats.ts';
import { newTable } from '../emulator.ts';

describe.each([
  ['memory', async () => memoryHeartbeats()],
  ['DynamoDB', async () => dynamoHeartbeats(await newTable('activity'))],
])('heartbeats in %s', (_, open) => {
  let heartbeats: Heartbeats;
  beforeAll(async () => {
    heartbeats = await open();
  });

  it('returns the last heartbeat of each service', async () => {
    const now = new Date();
    await heartbeats.record('gpu-worker', new Date(now.getTime() - 1000), 60, 'cpu');
    await heartbeats.record('gpu-worker', now, 60, 'cuda');
    expect(await heartbeats.last('gpu-worker')).toEqual({ at: now.toISOString(), detail: 'cuda' });
    expect(await heartbeats.last('another')).toBeUndefined();
  });

  it('returns nothing after the heartbeat has expired', async () => {
    await heartbeats.record('old', new Date(Date.now() - 61_000), 60, 'cpu');
    expect(await heartbeats.last('old')).toBeUndefined();
  });
});
