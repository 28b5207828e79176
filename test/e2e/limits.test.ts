import { beforeAll, describe, expect, it } from 'vitest';
import { listImages, requestUploads } from '#shared/contracts/http/images.ts';
import { ownKeys, tenantKeys } from '#shared/contracts/http/keys.ts';
import { getMe } from '#shared/contracts/http/me.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { changeTenant, getLimits, listTenants, putLimits } from '#shared/contracts/http/tenants.ts';
import { readIssuer, tokenOf } from '../fixtures/issuer.ts';
import { photograph } from '../fixtures/photographs.ts';
import { type Client, call, newTenant, secretIn } from './client.ts';
import { readStack } from './stack.ts';

const file = { filename: 'a.jpg', content_type: 'image/jpeg', size: 1000 };
const announce = (client: Client, count: number) =>
  client.call(requestUploads, { body: { files: Array.from({ length: count }, () => file) } });
const operator = () => ({ authorization: `Bearer ${readStack().admin_token}` });

describe('a tenant on the plan free', () => {
  let client: Client;
  beforeAll(async () => {
    client = await newTenant('small', 'free');
  });

  it('may announce five images a minute, even if twenty arrive at once', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => announce(client, 1)));
    const refused = replies.filter(({ status }) => status === 429);
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(refused).toHaveLength(15);
    for (const { headers, body } of refused) {
      expect(body.code).toBe('rate_limited');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(headers.get('ratelimit-policy')).toBe('"requests";q=100;w=60, "uploads";q=5;w=60');
      expect(headers.get('ratelimit')).toMatch(/"uploads";r=0;t=\d+$/);
    }
  });

  it('sees who it is, and what is left of its limits', async () => {
    const me = await client.call(getMe);
    const uploads = { limit: 5, remaining: 0, resets_at: expect.stringMatching(/Z$/) };
    expect(me).toMatchObject({
      status: 200,
      body: { tenant_id: client.tenant, plan: 'free', limits: { uploads } },
    });
    expect(me.body.limits.stored_images).toEqual({ limit: 1000, remaining: 995 }); // five forms reserve
    expect((await call(getMe)).status).toBe(401);
  });

  it('continues at once on a larger plan, with its counters unchanged', async () => {
    const raised = await call(changeTenant, {
      params: { tenant_id: client.tenant },
      body: { plan: 'basic' },
      headers: operator(),
    });
    expect(raised).toMatchObject({ status: 200, body: { plan: 'basic', state: 'active' } });
    const { status, headers } = await announce(client, 1);
    expect(status).toBe(201);
    expect(headers.get('ratelimit-policy')).toBe('"requests";q=1000;w=60, "uploads";q=50;w=60');
    expect(headers.get('ratelimit')).toMatch(/"uploads";r=44;/);
  });

  it('gets forms for as many images as are left, and an error for each of the others', async () => {
    const { body, status } = await announce(client, 50);
    expect(status).toBe(201);
    expect(body.uploads.filter((upload) => 'url' in upload)).toHaveLength(44);
    const errors = body.uploads.flatMap((upload) => ('error' in upload ? [upload.error.code] : []));
    expect(errors).toEqual(Array.from({ length: 6 }, () => 'rate_limited'));
  });

  it('has the overrides that an operator sets, by counter and by endpoint', async () => {
    const set = await call(putLimits, {
      params: { tenant_id: client.tenant },
      body: { uploads: 60, endpoints: { 'GET /v1/images': 2 } },
      headers: operator(),
    });
    expect(set.body).toMatchObject({ plan: 'basic', limits: { requests: 1000, uploads: 60 } });
    expect((await announce(client, 1)).status).toBe(201);
    const lists = [
      await client.call(listImages),
      await client.call(listImages),
      await client.call(listImages),
    ];
    expect(lists.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(lists[2]?.headers.get('ratelimit')).toContain('"GET /v1/images";r=0;');
    const unknown = await call(putLimits, {
      params: { tenant_id: client.tenant },
      body: { endpoints: { 'GET /v1/nowhere': 2 } },
      headers: operator(),
    });
    expect(unknown).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    await call(putLimits, { params: { tenant_id: client.tenant }, body: {}, headers: operator() });
    const limits = await call(getLimits, { params: { tenant_id: client.tenant }, headers: operator() });
    expect(limits.body).toMatchObject({ overrides: {}, limits: { uploads: 50, endpoints: {} } });
    expect((await client.call(listImages)).status).toBe(200);
  });

  it('is listed for operators, and refused while suspended', async () => {
    const page = await call(listTenants, { query: { limit: '100' }, headers: operator() });
    expect(page.body.tenants.map(({ tenant_id }) => tenant_id)).toContain(client.tenant);
    const set = (state: 'active' | 'suspended') =>
      call(changeTenant, { params: { tenant_id: client.tenant }, body: { state }, headers: operator() });
    await set('suspended');
    expect(await client.call(listImages)).toMatchObject({ status: 403, body: { code: 'tenant_suspended' } });
    await set('active');
    expect((await client.call(listImages)).status).toBe(200);
  });
});

describe('a person', () => {
  it('has a limit of its own searches, beside the tenant’s', async () => {
    const client = await newTenant('persons');
    const params = { tenant_id: client.tenant };
    const set = await call(putLimits, { params, body: { searches_per_person: 2 }, headers: operator() });
    expect(set.body).toMatchObject({ limits: { searches_per_person: 2, searches: 25_000 } });
    const headersOf = (sub: string) => {
      const claims = { sub, tenant_id: client.tenant, role: 'Viewer', scope: 'deeplens.search' };
      return { authorization: `Bearer ${tokenOf(readIssuer(), { claims })}` };
    };
    const body = { image: photograph('nagasaki-boats').toString('base64') };
    const search = (headers = {}) => client.call(searchSimilarity, { body, headers });
    const ada = headersOf('ada');
    expect(await search(ada)).toMatchObject({ status: 200 });
    const second = await search(ada);
    expect(second.status).toBe(200);
    expect(second.headers.get('ratelimit')).toMatch(
      /"searches";r=\d+;t=\d+, "searches_per_person";r=0;t=\d+$/,
    );
    const refused = await search(ada);
    const detail = expect.stringContaining('The limit of 2 searches of one person');
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited', detail } });
    expect(refused.headers.get('ratelimit-policy')).toBe('"searches_per_person";q=2;w=60');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const own = { limit: 2, remaining: 0, resets_at: expect.stringMatching(/Z$/) };
    const me = await client.call(getMe, { headers: ada });
    expect(me.body.limits).toMatchObject({ searches_per_person: own, searches: { limit: 25_000 } });
    expect((await search(headersOf('bob'))).status).toBe(200);
    expect((await search()).status).toBe(200);
    expect((await client.call(getMe)).body.limits).not.toHaveProperty('searches_per_person');
    await call(putLimits, { params, body: {}, headers: operator() });
    expect((await search(ada)).headers.get('ratelimit-policy')).toContain('"searches_per_person";q=100;w=60');
  });
});

describe('a tenant’s keys', () => {
  it('are created, rotated and revoked by its administrator', async () => {
    const client = await newTenant('keys');
    const created = await client.call(ownKeys.create, { body: { name: 'app', scopes: ['deeplens.search'] } });
    expect(created.status).toBe(201);
    const as = (key: string) => ({ headers: { 'x-api-key': key } });
    expect((await call(listImages, as(secretIn(created)))).status).toBe(200);
    expect(await call(ownKeys.list, as(secretIn(created)))).toMatchObject({
      status: 403,
      body: { code: 'missing_scope' },
    });

    const params = { key_id: created.body.key_id };
    const rotated = await client.call(ownKeys.rotate, { params, body: { overlap_seconds: 600 } });
    expect((await call(listImages, as(secretIn(created)))).status).toBe(200);
    expect((await call(listImages, as(secretIn(rotated)))).status).toBe(200);

    expect((await client.call(ownKeys.revoke, { params })).body.state).toBe('revoked');
    expect(await call(listImages, as(secretIn(created)))).toMatchObject({
      status: 403,
      body: { code: 'invalid_api_key' },
    });
    const list = await client.call(ownKeys.list);
    expect(list.body.keys.map(({ name, state }) => [name, state])).toEqual([
      ['first', 'active'],
      ['app', 'revoked'],
      ['app', 'active'],
    ]);
    expect(list.body.keys[0]?.last_used_at).toBeDefined();
    expect(JSON.stringify(list.body)).not.toContain('hash');
  });

  it('can be created by an operator', async () => {
    const client = await newTenant('lost');
    const created = await call(tenantKeys.create, {
      params: { tenant_id: client.tenant },
      body: { name: 'again', scopes: ['deeplens.search'] },
      headers: operator(),
    });
    expect(created.status).toBe(201);
    expect((await call(listImages, { headers: { 'x-api-key': secretIn(created) } })).status).toBe(200);
  });
});
