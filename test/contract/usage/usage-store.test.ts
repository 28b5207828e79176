import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TenantId } from '#shared/kernel/ids.ts';
import { dynamoUsageStore } from '#shared/usage/dynamodb-usage-store.ts';
import type { MeteredCall, UsageStore } from '#shared/usage/usage-store.ts';
import { memoryUsageStore } from '../../memory/usage-store.ts';
import { newTable } from '../emulator.ts';
import { newTenant } from '../samples.ts';

const search = (at = '2026-11-24T10:00:00.000Z'): MeteredCall => ({
  id: `${randomUUID()}.tenant.usage`,
  at,
  usage: { requests: 1, searches: 1, uploads: 0 },
});
const many = (count: number) => Array.from({ length: count }, () => search());

describe.each([
  ['memory', async () => memoryUsageStore()],
  ['DynamoDB', async () => dynamoUsageStore(await newTable('activity'))],
])('usage in %s', (_, open) => {
  let usage: UsageStore;
  let tenant: TenantId;
  beforeAll(async () => {
    usage = await open();
  });
  beforeEach(() => {
    tenant = newTenant();
  });
  const total = async () => (await usage.read(tenant, '2026-11')).total;

  it('is 0 before the first call', async () => {
    expect(await usage.read(tenant, '2026-11')).toEqual({
      total: { requests: 0, searches: 0, uploads: 0 },
      daily: [],
    });
    expect(await usage.readTotals([tenant], '2026-11')).toEqual(new Map());
  });

  it('is counted by day and month, for a batch on both sides of midnight too', async () => {
    const upload = { ...search('2026-12-01T00:00:00.001Z'), usage: { requests: 1, searches: 0, uploads: 7 } };
    const calls = [search('2026-11-30T23:59:59.999Z'), upload, search('2026-11-02T00:00:00.000Z')];
    expect(await usage.meter(tenant, calls)).toEqual({ requests: 3, searches: 2, uploads: 7 });
    expect(await usage.read(tenant, '2026-11')).toEqual({
      total: { requests: 2, searches: 2, uploads: 0 },
      daily: [
        { date: '2026-11-02', requests: 1, searches: 1, uploads: 0 },
        { date: '2026-11-30', requests: 1, searches: 1, uploads: 0 },
      ],
    });
    const december = { requests: 1, searches: 0, uploads: 7 };
    expect(await usage.readTotals([tenant, newTenant()], '2026-12')).toEqual(new Map([[tenant, december]]));
  });

  it('counts a call once if its batch is redelivered, split otherwise, or contains it twice', async () => {
    const calls = many(150);
    const [first, second] = calls;
    if (!first || !second) throw new Error('no calls');
    await usage.meter(tenant, [first, second, first]);
    expect(await usage.meter(tenant, calls)).toEqual({ requests: 148, searches: 148, uploads: 0 });
    expect(await usage.meter(tenant, calls)).toEqual({ requests: 0, searches: 0, uploads: 0 });
    expect(await total()).toEqual({ requests: 150, searches: 150, uploads: 0 });
  });

  it('counts a call once if several writers count it concurrently', async () => {
    const calls = many(60);
    const batches = [calls, calls.slice(0, 30), calls.slice(20), calls.toReversed()];
    const counted = await Promise.all(
      batches.map(async (batch) => (await usage.meter(tenant, batch)).requests),
    );
    expect(counted.reduce((sum, each) => sum + each, 0)).toBe(60);
    expect(await total()).toMatchObject({ requests: 60 });
  });

  it('is separate for each tenant', async () => {
    const call = search();
    await usage.meter(tenant, [call]);
    await usage.meter(newTenant(), [call, search()]);
    expect(await total()).toMatchObject({ requests: 1 });
  });
});
