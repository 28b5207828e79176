import { beforeAll, describe, expect, it } from 'vitest';
import { listOwnAudit } from '#shared/contracts/http/audit.ts';
import { searchDuplicates } from '#shared/contracts/http/duplicates.ts';
import { getImage, listImages } from '#shared/contracts/http/images.ts';
import { getJob } from '#shared/contracts/http/jobs.ts';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import { inviteUser } from '#shared/contracts/http/people.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { changeSettings } from '#shared/contracts/http/settings.ts';
import { addStorage, turnOnEvents } from '#shared/contracts/http/storages.ts';
import { changeTenant, createTenant, deleteTenant, getTenant } from '#shared/contracts/http/tenants.ts';
import { photograph } from '../fixtures/photographs.ts';
import { type Client, call, eventually, newTenant, secretIn, settled, upload } from './client.ts';
import { bucketLocation, roleLocation } from './own-bucket.ts';
import { readStack } from './stack.ts';
import { tracesOf } from './traces.ts';

/** A purge waits for calls and events in flight before its final count. */
const PURGE_MS = 200_000;

const operator = () => ({ authorization: `Bearer ${readStack().admin_token}` });
const remove = (tenant: string) => call(deleteTenant, { params: { tenant_id: tenant }, headers: operator() });
const jobOf = (job: string) => call(getJob, { params: { job_id: job }, headers: operator() });
const completed = async (job: string) =>
  (
    await eventually(
      () => jobOf(job),
      ({ body }) => body.status === 'completed',
      PURGE_MS,
    )
  ).body;

describe('a tenant that is removed', () => {
  let client: Client;
  let neighbour: Client;
  let kept: string;
  let second: string;
  let job: string;

  beforeAll(async () => {
    [client, neighbour] = [await newTenant('leaving'), await newTenant('staying')];
    const [boats, cat] = [photograph('nagasaki-boats'), photograph('locomotion-house-cat')];
    const images = [
      await upload(client, boats, { filename: 'boats.jpg', external_id: 'boats' }),
      await upload(client, boats, { filename: 'boats-again.jpg' }),
      await upload(client, cat, { filename: 'cat.jpg' }),
    ];
    kept = await upload(neighbour, boats, { filename: 'boats.jpg' });
    for (const image of images) expect((await settled(client, image)).status).toBe('indexed');
    expect((await settled(neighbour, kept)).status).toBe('indexed');
    await eventually(
      () => client.call(searchDuplicates, { body: { scope: 'all' } }),
      ({ body }) => body.total_groups === 1,
    );
    const key = await client.call(ownKeys.create, { body: { name: 'second', scopes: ['deeplens.search'] } });
    second = secretIn(key);
    const person = { email: `ada@${client.tenant}.test`, role: 'Admin' as const };
    expect((await client.call(inviteUser, { body: person })).status).toBe(201);
    const location = await bucketLocation('a-leaving-tenants-pictures');
    expect((await client.call(addStorage, { body: location })).status).toBe(201);
    const storage_id = await roleLocation(client.tenant, 'a-leaving-tenants-events');
    expect((await client.call(turnOnEvents, { params: { storage_id } })).status).toBe(200);
    await client.call(changeSettings, { body: { similarity_threshold: 0.9 } });
    await client.call(searchSimilarity, { body: { image_id: images[0] ?? '' } });
  });

  it('has data in every store before', async () => {
    const places = Object.keys(await tracesOf(client.tenant)).join(' ');
    for (const place of [
      'tenants',
      'images',
      'groups',
      'uploads',
      'derived',
      'gateway keys',
      'accounts',
      'secrets',
      'event buses',
    ])
      expect(places).toContain(place);
  });

  it('is refused from the first moment on; a repeated request returns the same job', async () => {
    const { status, body } = await remove(client.tenant);
    expect(status).toBe(202);
    job = body.job_id;
    for (const key of [client.key, second]) {
      const refused = await call(listImages, { headers: { 'x-api-key': key } });
      expect(refused).toMatchObject({ status: 403, body: { code: 'invalid_api_key' } });
    }
    const again = await remove(client.tenant);
    expect(again).toMatchObject({ status: 202, body: { job_id: job } });
    const back = { params: { tenant_id: client.tenant }, body: { state: 'active' as const } };
    expect(await call(changeTenant, { ...back, headers: operator() })).toMatchObject({ status: 409 });
    const anew = { tenant_id: client.tenant, name: 'too early', plan: 'free' as const };
    expect(await call(createTenant, { body: anew, headers: operator() })).toMatchObject({ status: 409 });
  });

  it('shows its progress, and ends with a receipt', async () => {
    await eventually(
      () => jobOf(job),
      ({ body }) => (body.progress.uploads ?? 0) > 0,
    );
    const done = await completed(job);
    expect(done).toMatchObject({ kind: 'tenant_purge', tenant_id: client.tenant, errors: [] });
    const { deleted = {}, left = {} } = done.receipt ?? {};
    expect(Object.values(left).every((count) => count === 0)).toBe(true);
    expect(Object.keys(left).sort()).toEqual(Object.keys(deleted).sort());
    // Items: a group, its two members and their counter.
    expect(deleted).toMatchObject({
      gateway_keys: 1,
      secrets: 1,
      event_buses: 1,
      people: 1,
      keys: 7,
      uploads: 3,
      groups: 4,
      profile: 1,
    });
    expect(deleted.vectors).toBeGreaterThanOrEqual(3);
    expect(deleted.derived).toBeGreaterThanOrEqual(9);
    expect(deleted.images).toBeGreaterThanOrEqual(6);
    expect(deleted.events).toBeGreaterThanOrEqual(12);
  });

  it('has no data in any store afterwards', async () => {
    expect(await tracesOf(client.tenant)).toEqual({});
    const gone = { params: { tenant_id: client.tenant }, headers: operator() };
    expect(await call(getTenant, gone)).toMatchObject({ status: 404 });
    expect(await remove(client.tenant)).toMatchObject({ status: 404 });
    const refused = await call(listImages, { headers: { 'x-api-key': client.key } });
    expect(refused).toMatchObject({ status: 403, body: { code: 'invalid_api_key' } });
  });

  it('leaves other tenants’ data in place', async () => {
    const found = await neighbour.call(getImage, { params: { image_id: kept } });
    expect(found.body.status).toBe('indexed');
    const { body } = await neighbour.call(searchSimilarity, { body: { image_id: kept } });
    expect(body.code).toBeUndefined();
  });

  it('frees its id for a new tenant, which starts empty', async () => {
    const anew = { tenant_id: client.tenant, name: 'next', plan: 'free' as const };
    const made = await call(createTenant, { body: anew, headers: operator() });
    expect(made.status).toBe(201);
    const headers = { 'x-api-key': secretIn(made) };
    expect((await call(listImages, { headers })).body.images).toEqual([]);
    const { entries } = (await call(listOwnAudit, { headers })).body;
    expect(entries.filter(({ action }) => action !== 'createTenant')).toEqual([]);
    const boats = photograph('nagasaki-boats').toString('base64');
    const search = await call(searchSimilarity, { body: { image: boats, similarity_threshold: 0 }, headers });
    expect(search.body.results).toEqual([]);
    expect((await jobOf(job)).body.receipt?.tenant_id).toBe(client.tenant);
    expect((await call(listImages, { headers: { 'x-api-key': client.key } })).status).toBe(403);
  });

  it('is not found if it does not exist; nor is an unknown job', async () => {
    expect(await remove('nobody-here')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await jobOf('job_01ARZ3NDEKTSV4RRFFQ69G5FAV')).toMatchObject({ status: 404 });
  });
});
