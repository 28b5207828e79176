import { GetObjectCommand, ListBucketsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { listAudit, listOwnAudit } from '#shared/contracts/http/audit.ts';
import { listImages } from '#shared/contracts/http/images.ts';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import { changeTenant, putLimits } from '#shared/contracts/http/tenants.ts';
import { type Client, call, eventually, newTenant, secretIn } from './client.ts';
import { readStack } from './stack.ts';

const operator = () => ({ authorization: `Bearer ${readStack().admin_token}` });
const entriesOf = async (query: Record<string, string>) =>
  (await call(listAudit, { query, headers: operator() })).body.entries;

describe('the audit log', () => {
  let client: Client;
  const secrets: string[] = [];

  beforeAll(async () => {
    client = await newTenant('audited', 'free');
    const params = { tenant_id: client.tenant };
    const headers = { ...operator(), 'x-correlation-id': 'audit-test-1' };
    await call(changeTenant, { params, body: { plan: 'basic' }, headers });
    await call(putLimits, { params, body: { uploads: 9 }, headers: operator() });
    const created = await client.call(ownKeys.create, { body: { name: 'app', scopes: ['deeplens.search'] } });
    const key = { key_id: created.body.key_id };
    const rotated = await client.call(ownKeys.rotate, { params: key, body: {} });
    secrets.push(client.key, secretIn(created), secretIn(rotated));
    await call(ownKeys.list, { headers: { 'x-api-key': secretIn(created) } }); // lacks the scope
    await client.call(ownKeys.revoke, { params: key });
    const unknown = `dl_live_${'0'.repeat(26)}_${'1'.repeat(64)}`;
    await call(listImages, { headers: { 'x-api-key': unknown, 'x-correlation-id': 'audit-test-2' } });
  });

  it('records each change with actor, action, source address and the state before and after', async () => {
    const entries = await entriesOf({ tenant_id: client.tenant });
    expect(entries.map(({ action, outcome }) => [action, outcome]).reverse()).toEqual([
      ['createTenant', 'done'],
      ['changeTenant', 'done'],
      ['putLimits', 'done'],
      ['createKey', 'done'],
      ['rotateKey', 'done'],
      ['listKeys', 'refused'],
      ['revokeKey', 'done'],
    ]);
    const [changed] = entries.filter(({ action }) => action === 'changeTenant');
    expect(changed).toMatchObject({
      actor: { kind: 'operator', role: 'SystemAdmin' },
      target: client.tenant,
      before: { plan: 'free' },
      after: { plan: 'basic' },
      correlation_id: 'audit-test-1',
    });
    expect(changed?.source_ip).toMatch(/^[\d.:a-f]+$/);
    const [refused] = entries.filter(({ action }) => action === 'listKeys');
    expect(refused).toMatchObject({ actor: { kind: 'key' }, code: 'missing_scope' });
    for (const secret of secrets) expect(JSON.stringify(entries)).not.toContain(secret.slice(-64));
  });

  it('records an attempt with an unknown key', async () => {
    const entries = await entriesOf({ action: 'listImages', limit: '100' });
    expect(entries.find(({ correlation_id }) => correlation_id === 'audit-test-2')).toMatchObject({
      actor: { kind: 'nobody' },
      outcome: 'refused',
      code: 'invalid_api_key',
    });
  });

  it.each([
    ['data', listImages, 'listImages'],
    ['admin', listAudit, 'listAudit'],
  ])('records a call of the %s plane without a credential', async (plane, operation, action) => {
    const correlationId = `audit-nobody-${Date.now()}-${plane.length}`;
    const { status, body } = await call(operation, { headers: { 'x-correlation-id': correlationId } });
    expect([status, body]).toEqual([401, expect.objectContaining({ code: 'unauthenticated' })]);
    const entries = await entriesOf({ action, limit: '100' });
    expect(entries.find(({ correlation_id }) => correlation_id === correlationId)).toMatchObject({
      actor: { kind: 'nobody' },
      outcome: 'refused',
      code: 'unauthenticated',
    });
  });

  it('is paginated, and readable by operators only', async () => {
    const all = await entriesOf({ tenant_id: client.tenant });
    const paged: unknown[] = [];
    let cursor: string | undefined;
    do {
      const query = { tenant_id: client.tenant, limit: '2', ...(cursor && { cursor }) };
      const { body } = await call(listAudit, { query, headers: operator() });
      paged.push(...body.entries);
      cursor = body.next_cursor;
    } while (cursor);
    expect(paged).toEqual(all);
    expect((await client.call(listAudit)).status).toBe(401);
  });

  it('shows an Admin the tenant’s own entries, without the operator’s people', async () => {
    const { status, body } = await client.call(listOwnAudit, { query: { limit: '100' } });
    expect(status).toBe(200);
    const own = body.entries.filter(({ action }) => action !== 'createTenant');
    expect(own.map(({ action, outcome }) => [action, outcome]).reverse()).toEqual([
      ['changeTenant', 'done'],
      ['putLimits', 'done'],
      ['createKey', 'done'],
      ['rotateKey', 'done'],
      ['listKeys', 'refused'],
      ['revokeKey', 'done'],
    ]);
    expect(new Set(body.entries.map(({ tenant_id }) => tenant_id))).toEqual(new Set([client.tenant]));
    expect(own.at(-1)).toMatchObject({
      actor: { kind: 'operator', subject: 'operator' },
      source_ip: 'unknown',
      after: { plan: 'basic' },
    });
    const filtered = await client.call(listOwnAudit, { query: { action: 'rotateKey' } });
    expect(filtered.body.entries.map(({ action }) => action)).toEqual(['rotateKey']);
    expect(await client.call(listOwnAudit, { query: { cursor: 'nonsense' } })).toMatchObject({
      status: 400,
      body: { code: 'invalid_cursor' },
    });
  });

  it('is copied to the archive', async () => {
    const s3 = new S3Client({
      endpoint: readStack().emulator_url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      forcePathStyle: true,
    });
    const { Buckets = [] } = await s3.send(new ListBucketsCommand());
    const Bucket = Buckets.map(({ Name }) => Name ?? '').find((name) => name.includes('-audit-'));
    const objects = new Map<string, string>();
    const archived = async () => {
      for await (const { Contents = [] } of paginateListObjectsV2(
        { client: s3 },
        { Bucket, Prefix: 'audit/' },
      )) {
        for (const { Key = '' } of Contents) {
          if (objects.has(Key)) continue;
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
          objects.set(Key, (await Body?.transformToString()) ?? '');
        }
      }
      return [...objects.values()].join('');
    };
    const entries = await entriesOf({ tenant_id: client.tenant });
    const lines = await eventually(archived, (text) =>
      entries.every(({ audit_id, outcome }) =>
        text.split('\n').some((line) => line.includes(audit_id) && line.includes(`"outcome":"${outcome}"`)),
      ),
    );
    const archivedEntries = lines
      .split('\n')
      .filter((line) => line.includes(`"tenant_id":"${client.tenant}"`))
      .map((line) => JSON.parse(line));
    const outcomes = archivedEntries.filter(({ outcome }) => outcome !== 'started');
    expect(outcomes).toHaveLength(entries.length);
    const started = archivedEntries.filter(({ outcome }) => outcome === 'started');
    expect(started.map(({ audit_id }) => audit_id).sort()).toEqual(
      entries
        .filter(({ outcome, action }) => outcome !== 'refused' && action !== 'createTenant') // which had no id yet
        .map(({ audit_id }) => audit_id)
        .sort(),
    );
  });
});
