import { beforeAll, describe, expect, it } from 'vitest';
import { searchDuplicates } from '#shared/contracts/http/duplicates.ts';
import { listImages, requestUploads } from '#shared/contracts/http/images.ts';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import { getTenantUsage, getUsage, listUsage } from '#shared/contracts/http/usage.ts';
import { type Client, call, eventually, newTenant } from './client.ts';
import { readStack } from './stack.ts';

const operator = () => ({ authorization: `Bearer ${readStack().admin_token}` });
const file = { filename: 'a.jpg', content_type: 'image/jpeg', size: 1000 };
/** Read by the operator, so that reading does not count as a call of the tenant. */
const usageOf = async (tenant: string) =>
  (await call(getTenantUsage, { params: { tenant_id: tenant }, headers: operator() })).body;

describe('usage of a tenant', () => {
  let client: Client;
  let other: Client;
  beforeAll(async () => {
    [client, other] = [await newTenant('metered', 'free'), await newTenant('beside', 'free')];
    await Promise.all(Array.from({ length: 8 }, () => client.call(listImages)));
    await client.call(requestUploads, { body: { files: [file, file, file, file, file, file, file] } }); // five are admitted
    await client.call(requestUploads, { body: { files: [file] } }); // refused: takes nothing
    await client.call(searchDuplicates, { body: { scope: 'all' } });
    await client.call(listImages, { query: { cursor: 'wrong' } }); // invalid input: counts
    await client.call(ownKeys.list, { headers: { 'x-api-key': 'nonsense' } }); // refused
    await other.call(listImages);
  });

  it('counts each call exactly once, and is shown by day', async () => {
    const expected = { requests: 11, searches: 1, uploads: 5 };
    const usage = await eventually(
      () => usageOf(client.tenant),
      ({ requests }) => requests >= expected.requests,
    );
    const today = new Date().toISOString().slice(0, 10);
    expect(usage).toMatchObject({
      ...expected,
      period: today.slice(0, 7),
      images_stored: 0,
      storage_bytes: 0,
      limits: { requests: 100, searches: 50, uploads: 5, stored_images: 1000 },
    });
    expect(
      usage.daily.map(({ date: _, ...each }) => each).reduce((sum, each) => sum + each.requests, 0),
    ).toBe(11);
    await new Promise((resolve) => setTimeout(resolve, 3000)); // a redelivered event would be counted by now
    expect(await usageOf(client.tenant)).toMatchObject(expected);
  });

  it('is shown to the tenant, whose request counts as a call', async () => {
    const { body } = await client.call(getUsage);
    expect(body).toMatchObject({ requests: 11, searches: 1, uploads: 5, limits: { uploads: 5 } });
    await eventually(
      () => usageOf(client.tenant),
      ({ requests }) => requests === 12,
    );
    expect(await usageOf(other.tenant)).toMatchObject({ requests: 1, searches: 0, uploads: 0 });
  });

  it('is zero in a month without calls, and rejects an invalid month', async () => {
    const { body } = await client.call(getUsage, { query: { period: '2026-01' } });
    expect(body).toMatchObject({ requests: 0, daily: [], ends_at: '2026-02-01T00:00:00.000Z' });
    const wrong = await client.call(getUsage, { query: { period: '2026-13' } });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'invalid_request']);
  });

  it('is listed for operators, the heaviest tenants first', async () => {
    const { body } = await call(listUsage, {
      query: { sort: 'uploads', limit: '1000' },
      headers: operator(),
    });
    const uploads = body.tenants.map((tenant) => tenant.uploads);
    expect(uploads).toEqual(uploads.toSorted((one, another) => another - one));
    const places = [client, other].map(({ tenant }) =>
      body.tenants.findIndex(({ tenant_id }) => tenant_id === tenant),
    );
    expect(places[0]).toBeGreaterThanOrEqual(0);
    expect(places[0]).toBeLessThan(places[1] ?? -1);
    expect(body.totals.uploads).toBeGreaterThanOrEqual(5);
  });
});
