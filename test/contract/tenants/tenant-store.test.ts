import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newJobId, newKeyId } from '#shared/kernel/ids.ts';
import type { ApiKey } from '#shared/tenants/api-key.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { newUsageIdentifier } from '#shared/tenants/usage-identifier.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { newTable, uniqueName } from '../emulator.ts';
import { newTenant } from '../samples.ts';

const newProfile = (): Tenant => ({
  tenant_id: newTenant(),
  name: 'Museum',
  plan: 'pro',
  state: 'creating',
  first_key_id: newKeyId(),
  usage_identifier: newUsageIdentifier(),
  created_at: '2026-01-01T00:00:00.000Z',
});
const keyOf = ({ tenant_id }: Tenant): ApiKey => ({
  key_id: newKeyId(),
  tenant_id,
  kind: 'live',
  name: 'first',
  hash: uniqueName('hash'),
  scopes: ['deeplens.search', 'deeplens.upload'],
  created_at: '2026-01-01T00:00:00.000Z',
});

describe.each([
  ['memory', async () => memoryTenantStore()],
  [
    'DynamoDB',
    async () =>
      dynamoTenantStore(
        await newTable('tenants', [
          ['by_key_hash', 'key_hash'],
          ['by_kind', 'gsi_kind', 'tenant_id'],
        ]),
      ),
  ],
])('tenants in %s', (_, open) => {
  let tenants: TenantStore;
  let tenant: Tenant;
  beforeAll(async () => {
    tenants = await open();
  });
  beforeEach(() => {
    tenant = newProfile();
  });

  it('can be reserved repeatedly, and is created once', async () => {
    await tenants.reserve({ ...tenant, settings: { keeper_rule: 'age' } });
    const newIds = { first_key_id: newKeyId(), usage_identifier: newUsageIdentifier() };
    const again = await tenants.reserve({ ...tenant, name: 'Archive', ...newIds });
    expect(again).toEqual({ ...tenant, name: 'Archive' });
    expect(await tenants.get(tenant.tenant_id)).toEqual({ ...tenant, name: 'Archive' });
    const settings = { models: ['m'] };
    expect(await tenants.reserve({ ...tenant, plan: 'basic', settings })).toEqual({
      ...tenant,
      plan: 'basic',
      settings,
    });
    await tenants.reserve(tenant);
    const key = keyOf(tenant);
    await tenants.activate(tenant.tenant_id, key);
    await tenants.activate(tenant.tenant_id, key);
    const active = { ...tenant, state: 'active' };
    expect(await tenants.get(tenant.tenant_id)).toEqual(active);
    expect(await tenants.findKey(key.hash)).toEqual({ key, tenant: active });
    expect(await tenants.reserve({ ...tenant, name: 'Late' })).toEqual(active);
    expect(await tenants.listKeys(tenant.tenant_id)).toEqual([key]);
  });

  it('is not changed by an empty change', async () => {
    await tenants.reserve(tenant);
    await tenants.activate(tenant.tenant_id, keyOf(tenant));
    const active = { ...tenant, state: 'active' as const };
    const { before, after } = (await tenants.change(tenant.tenant_id, { settings: {} })) ?? {};
    expect(before).toMatchObject(active);
    expect(after).toEqual({ ...active, settings: {} });
  });

  it('is not created a second time by a late request', async () => {
    await tenants.reserve(tenant);
    const key = keyOf(tenant);
    await tenants.activate(tenant.tenant_id, key);
    const revoked_at = '2026-02-01T00:00:00.000Z';
    await tenants.changeKey(tenant.tenant_id, key.key_id, { revoked_at });
    await tenants.activate(tenant.tenant_id, key);
    expect((await tenants.findKey(key.hash))?.key.revoked_at).toBe(revoked_at);
    await expect(tenants.activate(tenant.tenant_id, keyOf(tenant))).rejects.toMatchObject({
      code: 'conflict',
    });
    await tenants.change(tenant.tenant_id, { state: 'suspended' });
    await expect(tenants.activate(tenant.tenant_id, key)).rejects.toMatchObject({ code: 'conflict' });
    expect(await tenants.listKeys(tenant.tenant_id)).toEqual([{ ...key, revoked_at }]);
  });

  it('has no key without a tenant', async () => {
    const key = keyOf(tenant);
    await expect(tenants.activate(tenant.tenant_id, key)).rejects.toMatchObject({ code: 'conflict' });
    expect(await tenants.findKey(key.hash)).toBeUndefined();
    expect(await tenants.get(tenant.tenant_id)).toBeUndefined();
  });

  it('is not activated by a new key while suspended', async () => {
    await tenants.reserve({ ...tenant, state: 'suspended' });
    await expect(tenants.activate(tenant.tenant_id, keyOf(tenant))).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await tenants.reserve(tenant)).state).toBe('suspended');
    expect((await tenants.get(tenant.tenant_id))?.state).toBe('suspended');
  });

  it('accepts a write of its models only from a reader of their current version', async () => {
    await tenants.reserve(tenant);
    await tenants.activate(tenant.tenant_id, keyOf(tenant));
    const read = async () => (await tenants.get(tenant.tenant_id)) ?? tenant;
    const fresh = await read();
    const filling = { second: '2026-03-01T00:00:00.000Z' };
    expect(await tenants.putModels(fresh, { chosen: ['first'], filling })).toBe(true);
    expect(await tenants.putModels(fresh, { chosen: ['late'], filling: {} })).toBe(false);
    await tenants.change(tenant.tenant_id, { settings: { keeper_rule: 'age' } });
    expect(await read()).toMatchObject({
      settings: { models: ['first'], keeper_rule: 'age' },
      filling_models: filling,
    });
    const again = await read();
    expect(await tenants.putModels(again, { chosen: ['second', 'first'], filling: {} })).toBe(true);
    expect(await tenants.putModels(again, { chosen: ['first'], filling: {} })).toBe(false);
    expect(await read()).toMatchObject({ settings: { models: ['second', 'first'] }, filling_models: {} });
    await tenants.beginPurge(tenant.tenant_id, newJobId());
    expect(await tenants.putModels(await read(), { chosen: ['first'], filling: {} })).toBe(false);
    expect(await tenants.putModels(newProfile(), { chosen: ['first'], filling: {} })).toBe(false);
  });

  it('gets keys while active, and changes its own only', async () => {
    const [first, second] = [keyOf(tenant), keyOf(tenant)].sort((x, y) => (x.key_id < y.key_id ? -1 : 1));
    if (!first || !second) throw new Error('two keys were made');
    await tenants.reserve(tenant);
    await expect(tenants.addKey(tenant.tenant_id, first, 50)).rejects.toMatchObject({ code: 'conflict' });
    await tenants.activate(tenant.tenant_id, second);
    await tenants.addKey(tenant.tenant_id, first, 50);
    await expect(tenants.addKey(tenant.tenant_id, first, 50)).rejects.toMatchObject({ code: 'conflict' });
    expect(await tenants.listKeys(tenant.tenant_id)).toEqual([first, second]);
    expect(await tenants.listKeys(newTenant())).toEqual([]);
    const revoked_at = '2026-02-01T00:00:00.000Z';
    expect(await tenants.changeKey(newTenant(), first.key_id, { revoked_at })).toBeUndefined();
    expect(await tenants.changeKey(tenant.tenant_id, first.key_id, { revoked_at })).toEqual({
      ...first,
      revoked_at,
    });
    expect((await tenants.findKey(first.hash))?.key.revoked_at).toBe(revoked_at);
    expect(await tenants.changeKey(tenant.tenant_id, newKeyId(), { revoked_at })).toBeUndefined();
  });

  it('has no more keys than places, also if many are added or released at once', async () => {
    const { tenant_id } = tenant;
    await tenants.reserve(tenant);
    const first = keyOf(tenant);
    await tenants.activate(tenant_id, first);
    const addMany = async (count: number): Promise<number> => {
      const adding = Array.from({ length: count }, async () => tenants.addKey(tenant_id, keyOf(tenant), 10));
      const results = await Promise.allSettled(adding);
      // A transaction that conflicts too often gives up: nothing is written.
      for (const result of results)
        if (result.status === 'rejected')
          expect(result.reason).toMatchObject({ code: 'dependency_unavailable' });
      return results.filter((result) => result.status === 'fulfilled' && result.value).length;
    };
    let added = await addMany(20);
    while ((await tenants.listKeys(tenant_id)).length < 10) added += await addMany(1);
    expect(added).toBe(9);
    expect(await addMany(2)).toBe(0);
    expect(await tenants.listKeys(tenant_id)).toHaveLength(10);
    await Promise.all([1, 2, 3].map(() => tenants.releaseKey(tenant_id, first.key_id)));
    expect(await addMany(3)).toBe(1);
  });

  it('yields ended keys until they are released', async () => {
    const { tenant_id } = tenant;
    const idsOf = async (until: string): Promise<string[]> => {
      const ids: string[] = [];
      for await (const key of tenants.endedKeys(tenant_id, until)) ids.push(key.key_id);
      return ids.sort();
    };
    await tenants.reserve(tenant);
    const [valid, expired, rotated] = [
      keyOf(tenant),
      { ...keyOf(tenant), expires_at: '2026-03-01T00:00:00.000Z' },
      keyOf(tenant),
    ];
    await tenants.activate(tenant_id, valid);
    for (const key of [expired, rotated]) await tenants.addKey(tenant_id, key, 50);
    await tenants.changeKey(tenant_id, rotated.key_id, { expires_at: '2026-02-01T00:00:00.000Z' });
    await tenants.noteKeyUse(tenant_id, valid.key_id, '2026-01-15T00:00:00.000Z');
    expect(await idsOf('2026-01-31T00:00:00.000Z')).toEqual([]);
    expect(await idsOf('2026-02-28T00:00:00.000Z')).toEqual([rotated.key_id]);
    expect(await idsOf('2026-03-02T00:00:00.000Z')).toEqual([rotated.key_id, expired.key_id].sort());
    await tenants.changeKey(tenant_id, expired.key_id, { revoked_at: '2026-01-20T00:00:00.000Z' });
    expect(await idsOf('2026-01-31T00:00:00.000Z')).toEqual([expired.key_id]);
    for (const { key_id } of [expired, rotated]) await tenants.releaseKey(tenant_id, key_id);
    expect(await idsOf('2026-03-02T00:00:00.000Z')).toEqual([]);
    expect(await tenants.listKeys(tenant_id)).toHaveLength(3);
  });

  it('has the last use of its key recorded, and nothing else changed', async () => {
    const key = keyOf(tenant);
    await tenants.reserve(tenant);
    await tenants.activate(tenant.tenant_id, key);
    const last_used_at = '2026-02-01T00:00:00.000Z';
    await tenants.noteKeyUse(tenant.tenant_id, key.key_id, last_used_at);
    await tenants.noteKeyUse(tenant.tenant_id, newKeyId(), last_used_at);
    await tenants.noteKeyUse(newTenant(), key.key_id, last_used_at);
    expect(await tenants.listKeys(tenant.tenant_id)).toEqual([{ ...key, last_used_at }]);
  });

  it('is returned before and after a change', async () => {
    await tenants.reserve(tenant);
    await tenants.activate(tenant.tenant_id, keyOf(tenant));
    const active: Tenant = { ...tenant, state: 'active' };
    const changed = await tenants.change(tenant.tenant_id, {
      plan: 'basic',
      name: undefined,
      limits: { uploads: 7, endpoints: { 'GET /v1/usage': 3 } },
    });
    const limited: Tenant = {
      ...active,
      plan: 'basic',
      limits: { uploads: 7, endpoints: { 'GET /v1/usage': 3 } },
    };
    expect(changed).toEqual({ before: active, after: limited });
    expect(await tenants.change(tenant.tenant_id, { limits: {}, state: 'suspended' })).toEqual({
      before: limited,
      after: { ...limited, limits: {}, state: 'suspended' },
    });
    expect(await tenants.get(tenant.tenant_id)).toEqual({ ...limited, limits: {}, state: 'suspended' });
    expect(await tenants.change(newTenant(), { name: 'Nobody' })).toBeUndefined();
    expect(await tenants.change(newTenant(), { settings: { keeper_rule: 'age' } })).toBeUndefined();
  });

  it('merges settings, also of concurrent changes', async () => {
    await tenants.reserve(tenant);
    await tenants.activate(tenant.tenant_id, keyOf(tenant));
    await Promise.all([
      tenants.change(tenant.tenant_id, { settings: { keeper_rule: 'age' } }),
      tenants.change(tenant.tenant_id, { settings: { similarity_threshold: 0.8, models: ['m'] } }),
      tenants.change(tenant.tenant_id, { settings: { thumbnail_sizes: [128] } }),
    ]);
    const all = {
      keeper_rule: 'age',
      similarity_threshold: 0.8,
      models: ['m'],
      thumbnail_sizes: [128],
    };
    expect((await tenants.get(tenant.tenant_id))?.settings).toEqual(all);
    const last = await tenants.change(tenant.tenant_id, { settings: { models: [] } });
    expect(last?.before.settings).toEqual(all);
    expect(last?.after.settings).toEqual({ ...all, models: [] });
    expect(await tenants.get(tenant.tenant_id)).toEqual(last?.after);
  });

  it('is not changed while it is being created or purged', async () => {
    const { tenant_id } = tenant;
    const conflict = { code: 'conflict' };
    await tenants.reserve(tenant);
    await expect(tenants.change(tenant_id, { plan: 'free' })).rejects.toMatchObject(conflict);
    const key = keyOf(tenant);
    await tenants.activate(tenant_id, key);
    const [first, second] = [newJobId(), newJobId()];
    const purging = { ...tenant, state: 'purging', purge_job_id: first };
    expect(await tenants.beginPurge(tenant_id, first)).toEqual({
      before: { ...tenant, state: 'active' },
      after: purging,
    });
    expect(await tenants.beginPurge(tenant_id, second)).toEqual({ before: purging, after: purging });
    expect(await tenants.beginPurge(newTenant(), first)).toBeUndefined();
    await expect(tenants.change(tenant_id, { state: 'active' })).rejects.toMatchObject(conflict);
    await expect(tenants.activate(tenant_id, key)).rejects.toMatchObject(conflict);
    await expect(tenants.addKey(tenant_id, keyOf(tenant), 50)).rejects.toMatchObject(conflict);
    expect((await tenants.findKey(key.hash))?.tenant.state).toBe('purging');
    expect(await tenants.remove(tenant_id, second)).toBe(false);
    expect(await tenants.remove(tenant_id, first)).toBe(true);
    expect(await tenants.get(tenant_id)).toBeUndefined();
  });

  it('is listed by id, by pages', async () => {
    const several = [newProfile(), newProfile(), newProfile()];
    for (const each of several) await tenants.reserve(each);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await tenants.list({ limit: 2, cursor });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ tenant_id }) => tenant_id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(expect.arrayContaining(several.map(({ tenant_id }) => tenant_id)));
    expect(seen).toEqual([...new Set(seen)].sort());
    await expect(tenants.list({ limit: 2, cursor: 'abc' })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});
