import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoWindows } from '#shared/rate-limit/dynamodb-window-store.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import { memoryWindows } from '../../memory/window-store.ts';
import { emulator, newTable } from '../emulator.ts';
import { newTenant } from '../samples.ts';

describe.each([
  ['memory', async () => memoryWindows()],
  ['DynamoDB', async () => dynamoWindows(await newTable('limits'))],
])('windows in %s', async (_, open) => {
  const store = await open();
  const taking = { counter: 'uploads', amount: 3, limit: 5 };

  it('open once, and grant until the limit is used up', async () => {
    const tenant = newTenant();
    expect((await store.read(tenant)).size).toBe(0);
    const opened = await store.take(tenant, [taking], 60_000, 0);
    expect(opened).toEqual({ taken: true, windows: new Map([['uploads', { startedAt: 60_000, used: 3 }]]) });
    expect(await store.take(tenant, [taking], 61_000, 1_000)).toEqual({ ...opened, taken: false });
    expect((await store.take(tenant, [{ ...taking, from: 60_000 }], 61_000, 1_000)).taken).toBe(false);
    const last = await store.take(tenant, [{ ...taking, amount: 2, from: 60_000 }], 61_000, 1_000);
    expect(last.windows.get('uploads')).toEqual({ startedAt: 60_000, used: 5 });
    const next = await store.take(tenant, [taking], 120_000, 60_000);
    expect(next.windows.get('uploads')).toEqual({ startedAt: 120_000, used: 3 });
    expect((await store.read(newTenant())).size).toBe(0);
  });

  it('of a tenant, of its people and of another tenant’s are counted apart', async () => {
    const [tenant, other] = [newTenant(), newTenant()];
    const owners = [[tenant], [tenant, 'ada'], [tenant, 'bob'], [other, 'ada']] as const;
    for (const [at, [owner, person]] of owners.entries()) {
      expect((await store.read(owner, person)).size).toBe(0);
      const charge = { ...taking, amount: at + 1 };
      expect((await store.take(owner, [charge], 60_000, 0, person)).taken).toBe(true);
    }
    for (const [at, [owner, person]] of owners.entries())
      expect(await store.read(owner, person)).toEqual(
        new Map([['uploads', { startedAt: 60_000, used: at + 1 }]]),
      );
    const rest = { ...taking, from: 60_000 };
    expect((await store.take(tenant, [rest], 61_000, 1_000, 'ada')).taken).toBe(true);
    expect((await store.take(tenant, [rest], 61_000, 1_000, 'bob')).taken).toBe(false);
  });

  it('change all counters of a call, or none', async () => {
    const tenant = newTenant();
    const endpoint = { counter: 'POST /v1/search/similarity', amount: 1, limit: 1 };
    expect((await store.take(tenant, [taking, endpoint], 60_000, 0)).taken).toBe(true);
    const again = await store.take(
      tenant,
      [
        { ...taking, amount: 1, from: 60_000 },
        { ...endpoint, from: 60_000 },
      ],
      60_001,
      1,
    );
    expect(again.taken).toBe(false);
    expect(again.windows).toEqual(
      new Map([
        ['uploads', { startedAt: 60_000, used: 3 }],
        ['POST /v1/search/similarity', { startedAt: 60_000, used: 1 }],
      ]),
    );
  });

  it('always admit five of twenty concurrent calls of six processes', async () => {
    for (let round = 0; round < 10; round++) {
      const tenant = newTenant();
      const limiters = Array.from({ length: 6 }, () => leasingLimiter(store));
      const grants = await Promise.all(
        Array.from({ length: 20 }, (__, at) =>
          limiters[at % 6]?.take(tenant, [{ counter: 'uploads', amount: 1, limit: 5 }]),
        ),
      );
      expect(grants.flatMap((grant) => grant ?? []).filter(({ granted }) => granted === 1)).toHaveLength(5);
    }
  });

  it('hold eight processes together to the limit, within two per cent', async () => {
    const tenant = newTenant();
    const limit = 600;
    const admitted = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const limiter = leasingLimiter(store, () => 1_000_000); // all within one window, however slow the machine
        let mine = 0;
        for (let call = 0; call < 100; call++)
          mine += (await limiter.take(tenant, [{ counter: 'requests', amount: 1, limit }]))[0]?.granted ?? 0;
        return mine;
      }),
    );
    const all = admitted.reduce((sum, each) => sum + each, 0);
    expect(all).toBeLessThanOrEqual(limit);
    expect(all).toBeGreaterThanOrEqual(limit * 0.98);
  });
});

it('windows report an unavailable database', async () => {
  const away = new DynamoDBClient({ ...emulator(), endpoint: 'http://127.0.0.1:9', maxAttempts: 1 });
  await expect(dynamoWindows({ table: 'limits', client: away }).read(newTenant())).rejects.toMatchObject({
    code: 'dependency_unavailable',
  });
});
