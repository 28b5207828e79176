import { beforeAll, describe, expect, it } from 'vitest';
import { searchDuplicates } from '#shared/contracts/http/duplicates.ts';
import * as images from '#shared/contracts/http/images.ts';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { createTenant } from '#shared/contracts/http/tenants.ts';
import { photograph } from '../fixtures/photographs.ts';
import { type Client, call, eventually, newTenant, type Request, settled, upload } from './client.ts';
import { readStack } from './stack.ts';

let one: Client;
let other: Client;
let group = '';
let image: string;
let key: string;

beforeAll(async () => {
  [one, other] = [await newTenant('one'), await newTenant('other')];
  const bytes = await photograph('airplane-from-above');
  image = await upload(one, bytes, { filename: 'mine.jpg', external_id: 'shared-name' });
  key = (await one.call(ownKeys.create, { body: { name: 'mine', scopes: ['deeplens.search'] } })).body.key_id;
  const copy = await upload(one, bytes, { filename: 'mine-too.jpg' });
  await Promise.all([settled(one, image), settled(one, copy)]);
  const { body } = await eventually(
    () => one.call(searchDuplicates, { body: { scope: 'all' } }),
    ({ body }) => body.total_groups === 1,
  );
  group = body.groups[0]?.group_id ?? '';
});

/** What another tenant gets when it tries a route with this tenant's ids: its status, and the places where a picture would show. */
const ATTEMPTS: Record<
  string,
  { request: () => Promise<Request<Operation>>; status: number; nothingIn?: string }
> = {
  requestUploads: {
    request: async () => ({ body: { files: [{ filename: 'a', content_type: 'image/jpeg', size: 1 }] } }),
    status: 201,
  },
  addImage: { request: async () => ({ body: {} }), status: 400 },
  listImages: {
    request: async () => ({ query: { external_id: 'shared-name' } }),
    status: 200,
    nothingIn: 'images',
  },
  getImage: { request: async () => ({ params: { image_id: image } }), status: 404 },
  deleteImage: { request: async () => ({ params: { image_id: image } }), status: 404 },
  getThumbnail: { request: async () => ({ params: { image_id: image } }), status: 404 },
  searchSimilarity: { request: async () => ({ body: { image_id: image } }), status: 404 },
  searchDuplicates: { request: async () => ({ body: { image_id: image } }), status: 404 },
  decideGroup: {
    request: async () => ({ params: { group_id: group }, body: { action: 'not_duplicates' } }),
    status: 404,
  },
  undoDecision: { request: async () => ({ params: { group_id: group } }), status: 404 },
  createTenant: { request: async () => ({ body: { tenant_id: 'x', name: 'x', plan: 'free' } }), status: 401 },
  getTenant: { request: async () => ({ params: { tenant_id: one.tenant } }), status: 401 },
  listKeys: { request: async () => ({}), status: 200 },
  createKey: { request: async () => ({ body: {} }), status: 400 },
  rotateKey: { request: async () => ({ params: { key_id: key }, body: {} }), status: 404 },
  revokeKey: { request: async () => ({ params: { key_id: key } }), status: 404 },
  getOverview: { request: async () => ({}), status: 200 },
  getCapacity: { request: async () => ({}), status: 401 },
  getUsage: { request: async () => ({}), status: 200 },
  getTenantUsage: { request: async () => ({ params: { tenant_id: one.tenant } }), status: 401 },
  listUsage: { request: async () => ({}), status: 401 },
  getSettings: { request: async () => ({}), status: 200 },
  changeSettings: { request: async () => ({ body: { similarity_threshold: 2 } }), status: 400 },
  revokeTokens: { request: async () => ({ body: { subject: 'x' } }), status: 401 },
  deleteTenant: { request: async () => ({ params: { tenant_id: one.tenant } }), status: 401 },
  getJob: { request: async () => ({ params: { job_id: `job_${'0'.repeat(26)}` } }), status: 401 },
  cancelJob: { request: async () => ({ params: { job_id: `job_${'0'.repeat(26)}` } }), status: 401 },
  listModels: { request: async () => ({}), status: 401 },
  migrateToModel: { request: async () => ({ params: { name: 'm' }, body: {} }), status: 401 },
  rollBackModel: { request: async () => ({ params: { name: 'm' }, body: {} }), status: 401 },
  rebuildIndex: { request: async () => ({ params: { name: 'm' } }), status: 401 },
  checkIndex: { request: async () => ({ params: { name: 'm' }, body: {} }), status: 401 },
  moveTenants: { request: async () => ({ params: { name: 'm' }, body: {} }), status: 401 },
  listAudit: { request: async () => ({}), status: 401 },
  listTenants: { request: async () => ({}), status: 401 },
  changeTenant: {
    request: async () => ({ params: { tenant_id: one.tenant }, body: { plan: 'free' } }),
    status: 401,
  },
  getLimits: { request: async () => ({ params: { tenant_id: one.tenant } }), status: 401 },
  putLimits: { request: async () => ({ params: { tenant_id: one.tenant }, body: {} }), status: 401 },
  listKeysOfTenant: { request: async () => ({ params: { tenant_id: one.tenant } }), status: 401 },
  createKeyOfTenant: { request: async () => ({ params: { tenant_id: one.tenant }, body: {} }), status: 401 },
  rotateKeyOfTenant: {
    request: async () => ({ params: { tenant_id: one.tenant, key_id: key }, body: {} }),
    status: 401,
  },
  revokeKeyOfTenant: {
    request: async () => ({ params: { tenant_id: one.tenant, key_id: key } }),
    status: 401,
  },
};

describe('two tenants', () => {
  it.each(
    OPERATIONS.filter(({ policy }) => policy !== 'Open').map(
      (operation) => [operation.id, operation] as const,
    ),
  )('do not meet by %s', async (id, operation) => {
    const attempt = ATTEMPTS[id];
    if (!attempt) throw new Error(`say in ATTEMPTS what another tenant gets from ${id}`);
    const { status, body } = await other.call(operation, await attempt.request());
    expect(status).toBe(attempt.status);
    if (attempt.nothingIn) expect(Object(body)[attempt.nothingIn]).toEqual([]);
    else expect(JSON.stringify(body)).not.toContain('mine');
  });

  it('do not find each other’s pictures, though the picture is the same', async () => {
    const query = {
      body: {
        image: Buffer.from(await photograph('airplane-from-above')).toString('base64'),
        similarity_threshold: 0,
      },
    };
    expect((await one.call(searchSimilarity, query)).body.results.length).toBe(2);
    expect((await other.call(searchSimilarity, query)).body).toMatchObject({ results: [], total_results: 0 });
    expect((await other.call(searchDuplicates, { body: { scope: 'all' } })).body).toMatchObject({
      groups: [],
      total_groups: 0,
    });
  });

  it('still has all its pictures after the other has tried', async () => {
    expect((await one.call(images.getImage, { params: { image_id: image } })).body.status).toBe('indexed');
  });
});

describe('who is not known', () => {
  const guarded = OPERATIONS.filter(({ policy }) => policy !== 'Open');

  it.each(guarded.map((operation) => [operation.id, operation] as const))(
    'is refused by %s',
    async (_id, operation) => {
      const params = { image_id: image, tenant_id: 'x', key_id: key, job_id: `job_${'0'.repeat(26)}` };
      expect(await call(operation, { params })).toMatchObject({
        status: 401,
        body: { code: 'unauthenticated' },
      });
      if (operation.policy === 'SystemAdmin') return;
      const wrong = { 'x-api-key': `dl_live_${'0'.repeat(26)}_wrong` };
      expect(await call(operation, { params, headers: wrong })).toMatchObject({
        status: 403,
        body: { code: 'invalid_api_key' },
      });
    },
  );

  it('cannot use a token that is forged', async () => {
    const [header, payload] = readStack().admin_token.split('.');
    const forged = { authorization: `Bearer ${header}.${payload}.${'A'.repeat(342)}` };
    const attempt = await call(createTenant, {
      body: { tenant_id: 'forged', name: 'x', plan: 'free' },
      headers: forged,
    });
    expect(attempt).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('cannot create a tenant twice', async () => {
    const headers = { authorization: `Bearer ${readStack().admin_token}` };
    const again = await call(createTenant, {
      body: { tenant_id: one.tenant, name: 'x', plan: 'free' },
      headers,
    });
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });
});
