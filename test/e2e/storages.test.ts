import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeAll, describe, expect, it } from 'vitest';
import { getOwnJob, listOwnJobs } from '#shared/contracts/http/jobs.ts';
import * as api from '#shared/contracts/http/storages.ts';
import { type Client, eventually, newTenant } from './client.ts';
import { bucketLocation } from './own-bucket.ts';
import { readStack } from './stack.ts';
import { tracesOf } from './traces.ts';

let tenant: Client;
let location: Awaited<ReturnType<typeof bucketLocation>>;

beforeAll(async () => {
  tenant = await newTenant('storages');
  location = await bucketLocation(`${tenant.tenant}-pictures`);
});

const secretOf = async (storage: string) => {
  const client = new SecretsManagerClient({
    endpoint: readStack().emulator_url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const SecretId = `deeplens/local/t/${tenant.tenant}/storage/${storage}`;
  return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
};

describe('a storage location', () => {
  let storage_id: string;

  it('is added once it can be listed and read; its credentials are in the secret store alone', async () => {
    const headers = { 'idempotency-key': 'add' };
    const added = await tenant.call(api.addStorage, { body: location, headers });
    expect(added).toMatchObject({
      status: 201,
      body: { accessible: true, checked: { list: true, read: true, trust: 'not_applicable' } },
    });
    storage_id = added.body.storage_id;
    const again = await tenant.call(api.addStorage, { body: location, headers });
    expect(again.body).toEqual(added.body);
    const conflict = await tenant.call(api.addStorage, { body: location });
    expect(conflict).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await secretOf(storage_id)).toBe(JSON.stringify(location.credentials));
    const { body: listed } = await tenant.call(api.listStorages);
    expect(listed).toEqual([(await tenant.call(api.getStorage, { params: { storage_id } })).body]);
    expect(listed).toMatchObject([
      { storage_id, name: location.name, type: 's3', config: location.config, state: 'active', images: 0 },
    ]);
    expect(JSON.stringify(listed)).not.toContain('secret-of-the-tenant');
  });

  it('says what is wrong with it, and is not added then', async () => {
    const config = { ...location.config, bucket: `${tenant.tenant}-none` };
    const refused = await tenant.call(api.addStorage, { body: { ...location, config } });
    expect(refused).toMatchObject({ status: 422, body: { code: 'bucket_not_found' } });
    expect((await tenant.call(api.listStorages)).body).toHaveLength(1);
  });

  it('is changed and tried again', async () => {
    const params = { storage_id };
    const body = { name: 'renamed', schedule: { every_hours: 24 }, credentials: location.credentials };
    const changed = await tenant.call(api.changeStorage, { params, body });
    const next_scan_at = expect.any(String);
    const { credentials: _, ...shown } = body;
    expect(changed).toMatchObject({ status: 200, body: { ...shown, next_scan_at } });
    const tried = await tenant.call(api.testStorage, { params });
    expect(tried).toMatchObject({ status: 200, body: { storage_id, accessible: true } });
  });

  it('has a role only with an external id that is its tenant’s, and that the role insists on', async () => {
    const { body: issued } = await tenant.call(api.issueExternalId);
    expect(issued.principal).toMatch(/^arn:aws:iam::\d{12}:root$/);
    const { credentials: _, ...rest } = location;
    const config = (external_id: string) => ({
      ...{ ...rest.config, external_id, role_arn: 'arn:aws:iam::123456789012:role/reader' },
    });
    const add = (external_id: string) =>
      tenant.call(api.addStorage, { body: { ...rest, prefix: 'products/', config: config(external_id) } });
    expect(await add(`dlx_${'x'.repeat(43)}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
    // The emulator lets anybody assume a role.
    expect(await add(issued.external_id)).toMatchObject({
      status: 422,
      body: { code: 'insecure_trust_policy' },
    });
  });

  it('is removed with its secret, by a job', async () => {
    const removed = await tenant.call(api.removeStorage, {
      params: { storage_id },
      query: { images: 'delete' },
    });
    expect(removed.status).toBe(202);
    const { job_id } = removed.body;
    const done = await eventually(
      () => tenant.call(getOwnJob, { params: { job_id } }),
      ({ body }) => body.status !== 'queued' && body.status !== 'running',
    );
    expect(done.body).toMatchObject({ status: 'completed', kind: 'storage_removal', storage_id });
    expect((await tenant.call(listOwnJobs)).body.jobs.map((job) => job.job_id)).toContain(job_id);
    expect(await tenant.call(api.getStorage, { params: { storage_id } })).toMatchObject({ status: 404 });
    expect(Object.keys(await tracesOf(tenant.tenant))).not.toContain('secrets');
    const { credentials } = location;
    const anew = await tenant.call(api.addStorage, { body: { ...location, credentials } });
    expect(anew.status).toBe(201);
  });
});
