import { createServer, type Socket } from 'node:net';
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TenantId } from '#shared/kernel/ids.ts';
import { dynamoWindows } from '#shared/rate-limit/dynamodb-window-store.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import { emulator, newTable } from '../emulator.ts';
import { newTenant } from '../samples.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the limiter on DynamoDB', () => {
  let table: string;
  let client: DynamoDBClient;
  const sent: string[] = [];
  const clock = { now: 1_000_000 };
  const limiter = () => leasingLimiter(dynamoWindows({ table, client }), () => clock.now);
  const requests = (amount: number, limit: number) => [{ counter: 'requests', amount, limit }];

  beforeAll(async () => {
    ({ table } = await newTable('limits'));
    client = new DynamoDBClient(emulator());
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          sent.push(String(commandName).replace('Command', ''));
          return next(args);
        },
      { step: 'initialize' },
    );
  });

  async function sentBy(run: () => Promise<unknown>): Promise<string[]> {
    sent.length = 0;
    await run();
    return [...sent];
  }

  it('reads once, changes all counters of a call by one write, and by none within its lease', async () => {
    const tenant = newTenant();
    const one = limiter();
    const demands = ['requests', 'searches', 'POST /v1/search/similarity'].map((counter) => ({
      counter,
      amount: 1,
      limit: 10_000,
    }));
    expect(await sentBy(() => one.take(tenant, demands))).toEqual(['GetItem', 'UpdateItem']);
    expect(await sentBy(() => one.take(tenant, demands))).toEqual(['UpdateItem']);
    for (let call = 0; call < 200; call++) await one.take(tenant, demands);
    const writes = await sentBy(async () => {
      for (let call = 0; call < 20; call++) await one.take(tenant, demands);
    });
    expect(writes.length).toBeLessThanOrEqual(6); // a lease of 4
  });

  it('refuses without a write, and admits at once after the limit is raised', async () => {
    const tenant = newTenant();
    const one = limiter();
    const take = async (amount: number, limit: number) =>
      (await one.take(tenant, requests(amount, limit)))[0]?.granted;
    expect([await take(3, 5), await take(10, 5)]).toEqual([3, 2]);
    expect(await sentBy(async () => expect(await take(1, 5)).toBe(0))).toEqual([]);
    expect([await take(10, 8), await take(1, 8)]).toEqual([3, 0]);
  });

  it('opens the next window once for all processes, separately for each tenant', async () => {
    const tenant = newTenant();
    const [one, other] = [limiter(), limiter()];
    const take = async (who: typeof one, of: TenantId) => (await who.take(of, requests(1, 2)))[0]?.granted;
    const three = async () => [await take(one, tenant), await take(other, tenant), await take(one, tenant)];
    expect(await three()).toEqual([1, 1, 0]);
    expect(await take(one, newTenant())).toBe(1);
    clock.now += 60_000;
    expect(await three()).toEqual([1, 1, 0]);
  });

  it('starts again after the tenant’s counters were purged', async () => {
    const tenant = newTenant();
    const one = limiter();
    await one.take(tenant, requests(1, 5));
    const Key = { pk: { S: `TENANT#${tenant}` }, sk: { S: 'WINDOWS' } };
    await client.send(new DeleteItemCommand({ TableName: table, Key }));
    expect((await one.take(tenant, requests(1, 5)))[0]).toMatchObject({ granted: 1, remaining: 4 });
  });
});

it('the limiter does not wait for a database that never answers', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket));
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  const address = silent.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const startedAt = performance.now();
  await expect(dynamoWindows({ table: 'limits' }).read(newTenant())).rejects.toMatchObject({
    code: 'dependency_unavailable',
  });
  expect(performance.now() - startedAt).toBeLessThan(6_000); // two attempts of two seconds
  for (const socket of sockets) socket.destroy();
  silent.close();
}, 15_000);
