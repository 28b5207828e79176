import { beforeAll, describe, expect, it } from 'vitest';
import { getImage } from '#shared/contracts/http/images.ts';
import { cancelOwnJob, getJob, getOwnJob, listJobs, listOwnJobs } from '#shared/contracts/http/jobs.ts';
import * as api from '#shared/contracts/http/models.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { changeSettings, getSettings } from '#shared/contracts/http/settings.ts';
import { edits } from '../fixtures/edits.ts';
import { PHOTOGRAPHS, type PhotographName, photograph } from '../fixtures/photographs.ts';
import { type Client, call, eventually, newTenant, settled, upload } from './client.ts';
import { readStack } from './stack.ts';

const OLD = 'deeplens-lite-v1';
const NEW = 'efficientnet-lite1';
/** A message that a killed function held is delivered again after minutes. */
const JOB_MS = 200_000;

const operator = () => ({ authorization: `Bearer ${readStack().admin_token}` });
const jobOf = async (job_id: string) =>
  (await call(getJob, { params: { job_id }, headers: operator() })).body;
async function ended(job_id: string) {
  return eventually(
    () => jobOf(job_id),
    ({ status }) => status !== 'queued' && status !== 'running',
    JOB_MS,
  );
}
/** Starts a job, and waits until it completes. */
async function done(started: Promise<{ status: number; body: { job_id: string } }>) {
  const { status, body } = await started;
  expect(status).toBe(202);
  const job = await ended(body.job_id);
  const { errors } = job; // shown if it failed; includes errors that passed
  expect({ status: job.status, errors }).toEqual({ status: 'completed', errors });
  return job;
}

/** A tenant with photographs. */
async function library(name: string, photographs: readonly PhotographName[]) {
  const client = await newTenant(name);
  const add = async (which: PhotographName) => {
    const id = await upload(client, photograph(which), { filename: `${which}.jpg`, external_id: which });
    expect((await settled(client, id)).status).toBe('indexed');
    return id;
  };
  for (const each of photographs) await add(each);
  return { client, add };
}

/** Searches with a new threshold each time, so that no answer is cached. */
async function find(client: Client, which: PhotographName, model?: string) {
  const image = (await edits.jpeg20(photograph(which))).toString('base64');
  const similarity_threshold = 0.5 + Math.random() / 10;
  return client.call(searchSimilarity, { body: { image, similarity_threshold, ...(model && { model }) } });
}

/** Searches until it is stopped; every answer is by one model, and finds the image first. */
function searching(client: Client, which: PhotographName) {
  let going = true;
  const models: string[] = [];
  const loop = (async () => {
    while (going) {
      const { status, body } = await find(client, which);
      expect([status, body.detail]).toEqual([200, undefined]);
      expect(body.results[0]).toMatchObject({ external_id: which, verdict: 'edited_copy' });
      models.push(body.model);
    }
  })();
  return {
    async stop() {
      going = false;
      await loop;
      return models;
    },
  };
}

describe('a tenant’s models', () => {
  let client: Client;
  let add: (which: PhotographName) => Promise<string>;
  const [one, two, three, ...rest] = PHOTOGRAPHS;

  beforeAll(async () => {
    ({ client, add } = await library('migrating', [one, two]));
  });

  it('are the default model at first, and searches cannot use another', async () => {
    expect((await client.call(getSettings)).body).toMatchObject({ models: [OLD], filling_models: [] });
    const refused = await find(client, one, NEW);
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('change while searches go on: none fails or mixes models, and images added meanwhile are found', async () => {
    const search = searching(client, one);
    const params = { name: NEW };
    const body = { tenants: [client.tenant] };
    const migration = done(call(api.migrateToModel, { params, body, headers: operator() }));
    const late = await add(three);
    const job = await migration;
    expect(job).toMatchObject({ kind: 'model_migration', model: NEW, progress: { tenants: 1, cut_over: 1 } });
    await eventually(
      async () => (await find(client, one)).body.model,
      (model) => model === NEW,
    );
    const models = await search.stop();
    expect(models[0]).toBe(OLD);
    expect(models.join()).toBe([...models].sort().join()); // the old one, then the new one, and never back
    expect((await client.call(getSettings)).body).toMatchObject({ models: [NEW, OLD], filling_models: [] });
    for (const which of [one, two, three])
      for (const model of [OLD, NEW]) {
        const { body: found } = await find(client, which, model);
        expect(found).toMatchObject({ model, results: [{ external_id: which }, ...found.results.slice(1)] });
      }
    expect((await client.call(getImage, { params: { image_id: late } })).body.models.sort()).toEqual([
      OLD,
      NEW,
    ]);
  });

  it('roll back in one step while searches go on, with the images added since', async () => {
    const [four] = rest;
    if (!four) throw new Error('four photographs');
    await add(four);
    const search = searching(client, two);
    const body = { tenants: [client.tenant] };
    const back = call(api.rollBackModel, { params: { name: NEW }, body, headers: operator() });
    expect(await done(back)).toMatchObject({ progress: { rolled_back: 1 } });
    await eventually(
      async () => (await find(client, four)).body,
      ({ model, results }) => model === OLD && results[0]?.external_id === four,
    );
    expect((await search.stop()).length).toBeGreaterThan(0);
  });

  it('are ordered and added to by the tenant, in a job that it can list and read', async () => {
    const { client: other } = await library('adding', [one]);
    const added = await other.call(changeSettings, { body: { models: [OLD, NEW] } });
    expect(added).toMatchObject({ status: 200, body: { models: [OLD], filling_models: [NEW] } });
    await eventually(
      async () => (await other.call(getSettings)).body,
      ({ models, filling_models }) => models.join() === [OLD, NEW].join() && filling_models.length === 0,
      JOB_MS,
    );
    expect((await find(other, one, NEW)).body).toMatchObject({ model: NEW, results: [{ external_id: one }] });
    const listed = await other.call(listOwnJobs, { query: { kind: 'model_migration', status: 'completed' } });
    const [job] = listed.body.jobs;
    if (!job || listed.body.jobs.length > 1) throw new Error('one migration');
    expect(job).toMatchObject({ model: NEW, tenants: [other.tenant], errors_count: 0 });
    const params = { job_id: job.job_id };
    expect((await other.call(getOwnJob, { params })).body).toEqual(job);
    expect(await other.call(cancelOwnJob, { params })).toMatchObject({
      status: 409,
      body: { code: 'job_finished' },
    });
    expect(await client.call(getOwnJob, { params })).toMatchObject({ status: 404 });
    expect((await client.call(listOwnJobs)).body.jobs).toEqual([]); // the operator's migrations are not the tenant's
    const all = await call(listJobs, { query: { limit: '100' }, headers: operator() });
    expect(all.body.jobs).toContainEqual(job);
    const first = await other.call(changeSettings, { body: { models: [NEW, OLD] } });
    expect(first.body).toMatchObject({ models: [NEW, OLD] });
    expect((await find(other, one)).body.model).toBe(NEW);
    const unknown = await other.call(changeSettings, { body: { models: ['none'] } });
    expect(unknown).toMatchObject({ status: 400, body: { errors: [{ pointer: '/models/0' }] } });
  });
});

describe('a tenant’s job', () => {
  it('is cancelled by the tenant, and its unfinished work is undone', async () => {
    const { client } = await library('cancelling', [PHOTOGRAPHS[0]]);
    await client.call(changeSettings, { body: { models: [OLD, NEW] } });
    const [job] = (await client.call(listOwnJobs)).body.jobs;
    if (!job) throw new Error('no job');
    const params = { job_id: job.job_id };
    // 503 while the worker writes the job at the same moment; a small migration may be over by then.
    const { status } = await eventually(
      () => client.call(cancelOwnJob, { params }),
      (reply) => reply.status !== 503,
    );
    expect([202, 409]).toContain(status);
    const ended = await eventually(
      async () => (await client.call(getSettings)).body,
      ({ filling_models }) => filling_models.length === 0,
      JOB_MS,
    );
    expect(ended.models).toEqual(status === 202 ? [OLD] : [OLD, NEW]);
    const final = (await client.call(getOwnJob, { params })).body.status;
    expect(final).toBe(status === 202 ? 'cancelled' : 'completed');
  });
});

describe('the index of a model', () => {
  let client: Client;
  let add: (which: PhotographName) => Promise<string>;
  const [one, two, three] = PHOTOGRAPHS;
  const params = { name: OLD };

  beforeAll(async () => {
    ({ client, add } = await library('rebuilt', [one, two]));
  });

  it('is consistent with the image store', async () => {
    const body = { tenants: [client.tenant] };
    const { progress } = await done(call(api.checkIndex, { params, body, headers: operator() }));
    expect(progress).toMatchObject({ pictures: 2, missing: 0, extra: 0, stale: 0, unembedded: 0 });
  });

  it('is rebuilt while searches go on, and has the images added meanwhile', async () => {
    const search = searching(client, one);
    const rebuild = done(call(api.rebuildIndex, { params, headers: operator() }));
    await add(three);
    const { progress } = await rebuild;
    expect(progress.written).toBeGreaterThanOrEqual(2);
    expect((await search.stop()).length).toBeGreaterThan(1);
    for (const which of [one, two, three])
      expect((await find(client, which)).body.results[0]).toMatchObject({ external_id: which });
    const body = { tenants: [client.tenant] };
    const check = await done(call(api.checkIndex, { params, body, headers: operator() }));
    expect(check.progress).toMatchObject({ pictures: 3, missing: 0, extra: 0, stale: 0 });
  });

  it('moves a tenant into a partition of its own and back while searches go on', async () => {
    const search = searching(client, one);
    for (const into of ['own', 'shared'] as const) {
      const body = { tenants: [client.tenant], into };
      const { progress } = await done(call(api.moveTenants, { params, body, headers: operator() }));
      expect(progress).toMatchObject({ moved: 1, pictures: 3 });
    }
    expect((await search.stop()).length).toBeGreaterThan(1);
  });

  it('is not found for a model that is not installed', async () => {
    const refused = await call(api.rebuildIndex, { params: { name: 'none' }, headers: operator() });
    expect(refused).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('lists the models for the operator', async () => {
    const { body } = await call(api.listModels, { headers: operator() });
    expect(body.models.map(({ name, default: first }) => [name, first])).toEqual([
      [OLD, true],
      [NEW, false],
    ]);
  });
});
