import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { listOwnAudit } from '#shared/contracts/http/audit.ts';
import { searchDuplicates } from '#shared/contracts/http/duplicates.ts';
import * as images from '#shared/contracts/http/images.ts';
import { listOwnJobs } from '#shared/contracts/http/jobs.ts';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import { getMe } from '#shared/contracts/http/me.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { inviteUser, listUsers } from '#shared/contracts/http/people.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { changeSettings, getSettings } from '#shared/contracts/http/settings.ts';
import { getOverview } from '#shared/contracts/http/statistics.ts';
import { addStorage, issueExternalId, listStorages } from '#shared/contracts/http/storages.ts';
import { createTenant, putLimits } from '#shared/contracts/http/tenants.ts';
import { getTenantUsage } from '#shared/contracts/http/usage.ts';
import { createWebhook, listDeliveries, listWebhooks } from '#shared/contracts/http/webhooks.ts';
import { SCOPES } from '#shared/kernel/access.ts';

import { readIssuer, tokenOf } from '../fixtures/issuer.ts';
import { photograph } from '../fixtures/photographs.ts';
import { receiverPort } from '../fixtures/receiver.ts';
import { type Client, call, eventually, newTenant, type Request, settled, upload } from './client.ts';
import { bucketLocation } from './own-bucket.ts';
import { readStack } from './stack.ts';

/** Both tenants have data; all numbers that replies show differ between them. */
const OWNERS = {
  settings: { similarity_threshold: 0.91, keeper_rule: 'age' as const, thumbnail_sizes: [96, 320] },
  limits: { stored_images: 4321 },
};
const INTRUDERS = {
  settings: { similarity_threshold: 0.33, keeper_rule: 'bytes' as const, thumbnail_sizes: [128] },
  limits: { stored_images: 8765 },
};
/** Sent by both tenants: the intruder must not get the owner's reply. */
const SHARED_REQUEST = {
  body: { files: [{ filename: 'a', content_type: 'image/jpeg', size: 1 }] },
  headers: { 'idempotency-key': 'shared' },
};

let owner: Client;
let intruder: Client;
let image: string;
let key: string;
/** The key that the owner's calls are made with, which audit entries name. */
let ownersKey = '';
let group = '';
let user = '';
/** The address of the owner's person. */
let address = '';
let job = '';
let storage = '';
let externalId = '';
let webhook = '';
/** Texts that belong to the owner. */
let owned: readonly string[];
let before: Awaited<ReturnType<typeof stateOf>>;
/** Calls of each tenant that were let in. */
const calls = new Map<string, number>();

const operator = () => ({ authorization: `Bearer ${readStack().admin_token}` });
const REFUSED = [401, 403, 429];

async function newCountedTenant(name: string, { settings, limits }: typeof OWNERS | typeof INTRUDERS) {
  const client = await newTenant(name);
  const counted: Client = {
    ...client,
    call: async (operation, request) => {
      const answer = await client.call(operation, request);
      if (!REFUSED.includes(answer.status)) calls.set(client.tenant, (calls.get(client.tenant) ?? 0) + 1);
      return answer;
    },
  };
  const params = { tenant_id: client.tenant };
  expect((await call(putLimits, { params, body: limits, headers: operator() })).status).toBe(200);
  expect((await counted.call(changeSettings, { body: settings })).status).toBe(200);
  return counted;
}

/** Reads a tenant's own data, without values that change by themselves. */
async function stateOf(client: Client) {
  const [overview, settings, keys, list, people, storages, webhooks] = await Promise.all([
    client.call(getOverview),
    client.call(getSettings),
    client.call(ownKeys.list),
    client.call(images.listImages),
    client.call(listUsers),
    client.call(listStorages),
    client.call(listWebhooks),
  ]);
  const { pipeline: _, ...counts } = overview.body;
  return {
    counts,
    settings: settings.body,
    keys: keys.body.keys.map(({ last_used_at: _, ...fields }) => fields),
    images: list.body.images,
    users: people.body.users,
    storages: storages.body,
    // Deliveries to it fail: nobody listens. What was found so changes by itself.
    webhooks: webhooks.body.webhooks.map(({ webhook_id, url, state }) => ({ webhook_id, url, state })),
  };
}

/** A delivery to the owner's webhook. */
const ownersDelivery = async (): Promise<string> => {
  const { body } = await eventually(
    () => owner.call(listDeliveries, { params: { webhook_id: webhook } }),
    ({ body }) => body.deliveries.length > 0,
  );
  return body.deliveries[0]?.delivery_id ?? '';
};

/** Number and bytes of a tenant's validated images, as its list shows them. */
async function storedOf(client: Client) {
  const { images } = await stateOf(client);
  const stored = images.filter(({ status }) => status === 'indexed');
  return { images: stored.length, bytes: stored.reduce((sum, { file_size }) => sum + file_size, 0) };
}

const usageOf = async ({ tenant }: Client) =>
  (await call(getTenantUsage, { params: { tenant_id: tenant }, headers: operator() })).body;

beforeAll(async () => {
  owner = await newCountedTenant('owner', OWNERS);
  intruder = await newCountedTenant('intruder', INTRUDERS);
  await owner.call(changeSettings, { body: { models: ['deeplens-lite-v1', 'efficientnet-lite1'] } });
  const jobs = await eventually(
    () => owner.call(listOwnJobs),
    ({ body }) => body.jobs[0]?.status === 'completed',
  );
  job = jobs.body.jobs[0]?.job_id ?? '';
  const bytes = await photograph('airplane-from-above');
  const metadata = { project: 'owner-project' };
  image = await upload(owner, bytes, { filename: 'owner-file.jpg', external_id: 'owner-external', metadata });
  const copy = await upload(owner, bytes, { filename: 'owner-file-2.jpg', external_id: 'owner-copy' });
  const [pending] = (await owner.call(images.requestUploads, SHARED_REQUEST)).body.uploads;
  if (!pending || 'error' in pending) throw new Error('the owner got no form');
  const newKey = { name: 'owner-key', scopes: ['deeplens.search' as const] };
  key = (await owner.call(ownKeys.create, { body: newKey })).body.key_id;
  ownersKey = (await owner.call(getMe)).body.subject.id;
  const made = await owner.call(listOwnAudit, { query: { actor: ownersKey, action: 'createKey' } });
  expect(made.body.entries).toHaveLength(1);
  address = `owner-person@${owner.tenant}.test`;
  const url = `http://127.0.0.1:${receiverPort('webhooks')}/owner-hook`;
  webhook = (await owner.call(createWebhook, { body: { url, event_types: ['*'] } })).body.webhook_id;
  user = (await owner.call(inviteUser, { body: { email: address, role: 'Admin' } })).body.user_id;
  const location = await bucketLocation('owner-bucket');
  storage = (await owner.call(addStorage, { body: location })).body.storage_id;
  externalId = (await owner.call(issueExternalId)).body.external_id;
  const own = await upload(intruder, await photograph('nagasaki-boats'), { filename: 'own.jpg' });
  await Promise.all([settled(owner, image), settled(owner, copy), settled(intruder, own)]);
  const { body } = await eventually(
    () => owner.call(searchDuplicates, { body: { scope: 'all' } }),
    ({ body }) => body.total_groups === 1,
  );
  group = body.groups[0]?.group_id ?? '';
  before = await eventually(
    () => stateOf(owner),
    ({ counts }) =>
      counts.images.total === 3 && counts.images.by_status.indexed === 2 && counts.duplicates.groups === 1,
  );
  owned = [
    ...[
      owner.tenant,
      image,
      copy,
      pending.image_id,
      group,
      key,
      ownersKey,
      job,
      user,
      storage,
      externalId,
      webhook,
    ],
    ...[
      'owner-file',
      'owner-external',
      'owner-copy',
      'owner-project',
      'owner-key',
      'owner-person',
      'owner-bucket',
      'owner-hook',
    ],
  ];
});

interface Attempt {
  request: () => Promise<Request<Operation>>;
  status: number;
  /** A list in the reply that must be empty. */
  nothingIn?: string;
  /** Further checks of the reply. */
  check?: (body: unknown) => Promise<void>;
}

const Refusals = z.object({ outcomes: z.array(z.object({ error: z.object({ code: z.string() }) })) });
/** Returns the codes of a bulk call whose every entry is refused. */
const codesOf = (body: unknown) => Refusals.parse(body).outcomes.map(({ error }) => error.code);

/** For each call, a request of the intruder with the owner's ids, and the reply to expect. */
const ATTEMPTS: Record<string, Attempt> = {
  requestUploads: { request: async () => SHARED_REQUEST, status: 201 },
  addImage: {
    request: async () => ({
      body: {
        image: (await photograph('airplane-from-above')).toString('base64'),
        external_id: 'owner-copy',
        metadata: { tenant_id: owner.tenant, image_id: image },
      },
    }),
    status: 202,
    check: async (body) => {
      const { image_id } = z.object({ image_id: z.string() }).parse(body);
      expect(owned).not.toContain(image_id);
      expect((await settled(intruder, image_id)).status).toBe('indexed');
      const query = { external_id: 'owner-copy' };
      const { body: own } = await intruder.call(images.listImages, { query });
      expect(own.images.map((each) => each.image_id)).toEqual([image_id]);
    },
  },
  listImages: {
    request: async () => ({ query: { external_id: 'owner-external' } }),
    status: 200,
    nothingIn: 'images',
  },
  getImage: { request: async () => ({ params: { image_id: image } }), status: 404 },
  deleteImage: { request: async () => ({ params: { image_id: image } }), status: 404 },
  deleteImages: {
    request: async () => ({ body: { image_ids: [image] } }),
    status: 200,
    check: async (body) => expect(codesOf(body)).toEqual(['not_found']),
  },
  retryImage: { request: async () => ({ params: { image_id: image } }), status: 404 },
  getThumbnail: { request: async () => ({ params: { image_id: image } }), status: 404 },
  searchSimilarity: { request: async () => ({ body: { image_id: image } }), status: 404 },
  searchDuplicates: { request: async () => ({ body: { image_id: image } }), status: 404 },
  decideGroup: {
    request: async () => ({ params: { group_id: group }, body: { action: 'not_duplicates' } }),
    status: 404,
  },
  decideGroups: {
    request: async () => ({ body: { decisions: [{ group_id: group, action: 'not_duplicates' }] } }),
    status: 200,
    check: async (body) => expect(codesOf(body)).toEqual(['not_found']),
  },
  undoDecision: { request: async () => ({ params: { group_id: group } }), status: 404 },
  createTenant: { request: async () => ({ body: { tenant_id: 'x', name: 'x', plan: 'free' } }), status: 401 },
  getTenant: { request: async () => ({ params: { tenant_id: owner.tenant } }), status: 401 },
  getMe: {
    request: async () => ({}),
    status: 200,
    check: async (body) =>
      expect(body).toMatchObject({ tenant_id: intruder.tenant, subject: { kind: 'key' } }),
  },
  listKeys: { request: async () => ({}), status: 200 },
  createKey: {
    request: async () => ({
      body: { name: 'own', scopes: ['deeplens.search'] },
    }),
    status: 201,
    check: async (body) => {
      const { key_id, api_key } = z.object({ key_id: z.string(), api_key: z.string() }).parse(body);
      expect(key_id).not.toBe(key);
      const listed = await call(images.listImages, { headers: { 'x-api-key': api_key } });
      calls.set(intruder.tenant, (calls.get(intruder.tenant) ?? 0) + 1);
      expect(listed.body.images).toEqual((await stateOf(intruder)).images);
      expect((await stateOf(intruder)).keys.map((each) => each.key_id)).toContain(key_id);
    },
  },
  rotateKey: { request: async () => ({ params: { key_id: key }, body: {} }), status: 404 },
  revokeKey: { request: async () => ({ params: { key_id: key } }), status: 404 },
  listUsers: { request: async () => ({}), status: 200, nothingIn: 'users' },
  inviteUser: { request: async () => ({ body: { email: address, role: 'Viewer' } }), status: 409 },
  changeUser: {
    request: async () => ({ params: { user_id: user }, body: { disabled: true } }),
    status: 404,
  },
  removeUser: { request: async () => ({ params: { user_id: user } }), status: 404 },
  issueExternalId: { request: async () => ({}), status: 201 },
  addStorage: {
    request: async () => {
      const { credentials: _, config, ...rest } = await bucketLocation('owner-bucket');
      const role_arn = 'arn:aws:iam::123456789012:role/owners';
      return { body: { ...rest, config: { ...config, role_arn, external_id: externalId } } };
    },
    status: 400,
  },
  listStorages: {
    request: async () => ({}),
    status: 200,
    check: async (body) => expect(body).toEqual([]),
  },
  getStorage: { request: async () => ({ params: { storage_id: storage } }), status: 404 },
  testStorage: { request: async () => ({ params: { storage_id: storage } }), status: 404 },
  changeStorage: {
    request: async () => ({ params: { storage_id: storage }, body: { name: 'mine' } }),
    status: 404,
  },
  turnOnStorageEvents: { request: async () => ({ params: { storage_id: storage } }), status: 404 },
  turnOffStorageEvents: { request: async () => ({ params: { storage_id: storage } }), status: 404 },
  removeStorage: {
    request: async () => ({ params: { storage_id: storage }, query: { images: 'delete' } }),
    status: 404,
  },
  listWebhooks: { request: async () => ({}), status: 200, nothingIn: 'webhooks' },
  createWebhook: {
    request: async () => ({
      body: { url: `http://127.0.0.1:${receiverPort('webhooks')}/own`, event_types: ['webhook.failing'] },
    }),
    status: 201,
  },
  changeWebhook: {
    request: async () => ({ params: { webhook_id: webhook }, body: { state: 'disabled' } }),
    status: 404,
  },
  removeWebhook: { request: async () => ({ params: { webhook_id: webhook } }), status: 404 },
  rotateWebhookSecret: { request: async () => ({ params: { webhook_id: webhook }, body: {} }), status: 404 },
  testWebhook: {
    request: async () => ({ params: { webhook_id: webhook }, body: { type: 'images.indexed' } }),
    status: 404,
  },
  listDeliveries: { request: async () => ({ params: { webhook_id: webhook } }), status: 404 },
  getDelivery: {
    request: async () => ({ params: { webhook_id: webhook, delivery_id: await ownersDelivery() } }),
    status: 404,
  },
  redeliver: {
    request: async () => ({ params: { webhook_id: webhook, delivery_id: await ownersDelivery() } }),
    status: 404,
  },
  replayDeliveries: {
    request: async () => ({
      params: { webhook_id: webhook },
      body: { from: '2026-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' },
    }),
    status: 404,
  },
  getOverview: {
    request: async () => ({}),
    status: 200,
    check: async (body) => {
      const { bytes } = await storedOf(intruder);
      expect(bytes).not.toBe(before.counts.storage_bytes);
      expect(body).toMatchObject({
        storage_bytes: bytes,
        duplicates: { groups: 0, reclaimable_bytes: 0 },
      });
    },
  },
  getCapacity: { request: async () => ({}), status: 401 },
  getHealth: { request: async () => ({}), status: 401 },
  getUsage: {
    request: async () => ({}),
    status: 200,
    check: async (body) => {
      const { images: images_stored, bytes: storage_bytes } = await storedOf(intruder);
      expect(storage_bytes).not.toBe(before.counts.storage_bytes);
      expect(body).toMatchObject({ images_stored, storage_bytes, limits: INTRUDERS.limits });
    },
  },
  getTenantUsage: { request: async () => ({ params: { tenant_id: owner.tenant } }), status: 401 },
  listUsage: { request: async () => ({}), status: 401 },
  getSettings: {
    request: async () => ({}),
    status: 200,
    check: async (body) => expect(body).toMatchObject(INTRUDERS.settings),
  },
  changeSettings: {
    request: async () => ({ body: INTRUDERS.settings }),
    status: 200,
    check: async (body) => expect(body).toMatchObject(INTRUDERS.settings),
  },
  revokeTokens: { request: async () => ({ body: { subject: 'x' } }), status: 401 },
  deleteTenant: { request: async () => ({ params: { tenant_id: owner.tenant } }), status: 401 },
  listOwnJobs: { request: async () => ({}), status: 200, nothingIn: 'jobs' },
  getOwnJob: { request: async () => ({ params: { job_id: job } }), status: 404 },
  cancelOwnJob: { request: async () => ({ params: { job_id: job } }), status: 404 },
  confirmOwnJob: { request: async () => ({ params: { job_id: job } }), status: 404 },
  listJobErrors: { request: async () => ({ params: { job_id: job } }), status: 404 },
  startScan: {
    request: async () => ({ body: { storage_id: 'st_01JCZ8M3P7Q4R5S6T7V8W9X0Y1' } }),
    status: 404,
  },
  getScan: { request: async () => ({ params: { job_id: job } }), status: 404 },
  cancelScan: { request: async () => ({ params: { job_id: job } }), status: 404 },
  listJobs: { request: async () => ({}), status: 401 },
  getJob: { request: async () => ({ params: { job_id: job } }), status: 401 },
  cancelJob: { request: async () => ({ params: { job_id: job } }), status: 401 },
  listModels: { request: async () => ({}), status: 401 },
  migrateToModel: { request: async () => ({ params: { name: 'm' }, body: {} }), status: 401 },
  rollBackModel: { request: async () => ({ params: { name: 'm' }, body: {} }), status: 401 },
  rebuildIndex: { request: async () => ({ params: { name: 'm' } }), status: 401 },
  checkIndex: { request: async () => ({ params: { name: 'm' }, body: {} }), status: 401 },
  moveTenants: { request: async () => ({ params: { name: 'm' }, body: {} }), status: 401 },
  getSwitches: { request: async () => ({}), status: 401 },
  putSwitches: { request: async () => ({ body: {} }), status: 401 },
  replayEvents: {
    request: async () => ({
      body: {
        type: 'images.indexed',
        from: '2026-01-01T00:00:00Z',
        to: '2026-01-02T00:00:00Z',
      },
    }),
    status: 401,
  },
  redriveFailures: { request: async () => ({ body: { stage: 'embedding' } }), status: 401 },
  listOwnAudit: { request: async () => ({ query: { actor: ownersKey } }), status: 200, nothingIn: 'entries' },
  listAudit: { request: async () => ({}), status: 401 },
  listTenants: { request: async () => ({}), status: 401 },
  changeTenant: {
    request: async () => ({ params: { tenant_id: owner.tenant }, body: { plan: 'free' } }),
    status: 401,
  },
  getLimits: { request: async () => ({ params: { tenant_id: owner.tenant } }), status: 401 },
  putLimits: { request: async () => ({ params: { tenant_id: owner.tenant }, body: {} }), status: 401 },
  listKeysOfTenant: { request: async () => ({ params: { tenant_id: owner.tenant } }), status: 401 },
  createKeyOfTenant: {
    request: async () => ({ params: { tenant_id: owner.tenant }, body: {} }),
    status: 401,
  },
  rotateKeyOfTenant: {
    request: async () => ({ params: { tenant_id: owner.tenant, key_id: key }, body: {} }),
    status: 401,
  },
  revokeKeyOfTenant: {
    request: async () => ({ params: { tenant_id: owner.tenant, key_id: key } }),
    status: 401,
  },
};

/** Requests that name the owner where no tenant is to be named. */
const NAMING_ANOTHER: Record<string, () => Request<Operation>> = {
  addImage: () => ({ body: { image: '', tenant_id: owner.tenant } }),
  createKey: () => ({ body: { name: 'own', scopes: ['deeplens.search'], tenant_id: owner.tenant } }),
  inviteUser: () => ({ body: { email: address, role: 'Viewer', tenant_id: owner.tenant } }),
  changeSettings: () => ({ body: { ...INTRUDERS.settings, tenant_id: owner.tenant } }),
  getOverview: () => ({ query: { tenant_id: owner.tenant } }),
  listOwnAudit: () => ({ query: { tenant_id: owner.tenant } }),
  getUsage: () => ({ query: { tenant_id: owner.tenant } }),
  getSettings: () => ({ query: { tenant_id: owner.tenant } }),
};

describe('two tenants', () => {
  it('do not find each other’s images, though the image is the same', async () => {
    const image = (await photograph('airplane-from-above')).toString('base64');
    const query = { body: { image, similarity_threshold: 0 } };
    expect((await owner.call(searchSimilarity, query)).body.results.length).toBe(2);
    const own = (await stateOf(intruder)).images.map(({ image_id }) => image_id);
    const { results } = (await intruder.call(searchSimilarity, query)).body;
    expect(results.map(({ image_id }) => image_id)).toEqual(own);
    expect((await intruder.call(searchDuplicates, { body: { scope: 'all' } })).body).toMatchObject({
      groups: [],
      total_groups: 0,
    });
  });

  it.each(
    OPERATIONS.filter(({ policy }) => policy !== 'Open').map(
      (operation) => [operation.id, operation] as const,
    ),
  )('are isolated in %s: it neither shows nor changes the other’s data', async (id, operation) => {
    const attempt = ATTEMPTS[id];
    if (!attempt) throw new Error(`add to ATTEMPTS what another tenant gets from ${id}`);
    const request = await attempt.request();
    const { status, body } = await intruder.call(operation, request);
    expect(status).toBe(attempt.status);
    if (attempt.nothingIn) expect(Object(body)[attempt.nothingIn]).toEqual([]);
    const [sent, reply] = [JSON.stringify(request), JSON.stringify(body)];
    expect(owned.filter((text) => reply.includes(text) && !sent.includes(text))).toEqual([]);
    await attempt.check?.(body);
    if (operation.method !== 'GET') expect(await stateOf(owner)).toEqual(before);
  });

  // Reads, and calls that name what the other tenant has: those that make something are tried with a key alone.
  const byToken = OPERATIONS.filter(
    ({ id, method, policy }) =>
      policy !== 'Open' && policy !== 'SystemAdmin' && (method === 'GET' || ATTEMPTS[id]?.status === 404),
  );
  it.each(byToken.map((operation) => [operation.id, operation] as const))(
    'are isolated in %s by a person’s token alone',
    async (id, operation) => {
      const request = await ATTEMPTS[id]?.request();
      const claims = { tenant_id: intruder.tenant, role: 'Admin', scope: SCOPES.join(' ') };
      const headers = { ...request?.headers, authorization: `Bearer ${tokenOf(readIssuer(), { claims })}` };
      const { status, body } = await call(operation, { ...request, headers });
      calls.set(intruder.tenant, (calls.get(intruder.tenant) ?? 0) + 1);
      expect(status).toBe(ATTEMPTS[id]?.status);
      const [sent, reply] = [JSON.stringify(request), JSON.stringify(body)];
      expect(owned.filter((text) => reply.includes(text) && !sent.includes(text))).toEqual([]);
    },
  );

  it('have not changed the other’s data by a person’s token alone', async () => {
    expect(await stateOf(owner)).toEqual(before);
  });

  it.each(Object.entries(NAMING_ANOTHER))('cannot name each other in %s', async (id, request) => {
    const operation = OPERATIONS.find((each) => each.id === id);
    if (!operation) throw new Error(`there is no operation ${id}`);
    const { status, body } = await intruder.call(operation, request());
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('tenant_id');
    expect(await stateOf(owner)).toEqual(before);
  });

  it('are each charged for their own calls alone', async () => {
    const expected = [calls.get(owner.tenant), calls.get(intruder.tenant)];
    const usages = await eventually(
      () => Promise.all([usageOf(owner), usageOf(intruder)]),
      (both) => both.every(({ requests }, at) => requests === expected[at]),
    );
    // Owner: two files and a form; intruder: a file, a form and an inline image.
    expect(usages.map(({ uploads }) => uploads)).toEqual([3, 3]);
    expect(usages.map(({ limits }) => limits.stored_images)).toEqual([4321, 8765]);
  });
});

describe('an unknown caller', () => {
  it('cannot use a forged token', async () => {
    const [header, payload] = readStack().admin_token.split('.');
    const forged = { authorization: `Bearer ${header}.${payload}.${'A'.repeat(342)}` };
    const attempt = await call(createTenant, {
      body: { tenant_id: 'forged', name: 'x', plan: 'free' },
      headers: forged,
    });
    expect(attempt).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('cannot create a tenant twice', async () => {
    const headers = operator();
    const again = await call(createTenant, {
      body: { tenant_id: owner.tenant, name: 'x', plan: 'free' },
      headers,
    });
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });
});
