import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { memoryTenants } from '#shared/catalog/memory-tenants.ts';
import type { TenantCatalog } from '#shared/catalog/tenants.ts';
import { newKeyId } from '#shared/domain/ids.ts';
import type { ApiKey, Tenant } from '#shared/domain/tenant.ts';
import { newTable, uniqueName } from '../emulator.ts';
import { newTenant } from './samples.ts';

const newProfile = (): Tenant => ({
  tenant_id: newTenant(),
  name: 'Museum',
  plan: 'pro',
  state: 'creating',
  first_key_id: newKeyId(),
  created_at: '2026-01-01T00:00:00.000Z',
});
const keyOf = ({ tenant_id }: Tenant): ApiKey => ({
  key_id: newKeyId(),
  tenant_id,
  name: 'first',
  hash: uniqueName('hash'),
  scopes: ['deeplens.search', 'deeplens.upload'],
  gateway_key_id: 'gw1',
  created_at: '2026-01-01T00:00:00.000Z',
});

describe.each([
  ['memory', async () => memoryTenants()],
  [
    'DynamoDB',
    async () =>
      dynamoTenants(
        await newTable('tenants', [
          ['by_key_hash', 'key_hash'],
          ['by_kind', 'gsi_kind', 'tenant_id'],
        ]),
      ),
  ],
])('tenants in %s', (_, open) => {
  let tenants: TenantCatalog;
  let tenant: Tenant;
  beforeAll(async () => {
    tenants = await open();
  });
  beforeEach(() => {
    tenant = newProfile();
  });

  it('is reserved as often as it takes, and made once', async () => {
    await tenants.reserve(tenant);
    const again = await tenants.reserve({ ...tenant, name: 'Archive', first_key_id: newKeyId() });
    expect(again).toEqual({ ...tenant, name: 'Archive' });
    expect(await tenants.get(tenant.tenant_id)).toEqual({ ...tenant, name: 'Archive' });
    const key = keyOf(tenant);
    await tenants.activate(tenant.tenant_id, key);
    await tenants.activate(tenant.tenant_id, key);
    const active = { ...tenant, name: 'Archive', state: 'active' };
    expect(await tenants.get(tenant.tenant_id)).toEqual(active);
    expect(await tenants.findKey(key.hash)).toEqual({ key, tenant: active });
    expect(await tenants.reserve({ ...tenant, name: 'Late' })).toEqual(active);
    expect(await tenants.listKeys(tenant.tenant_id)).toEqual([key]);
  });

  it('has no key without a tenant', async () => {
    const key = keyOf(tenant);
    await expect(tenants.activate(tenant.tenant_id, key)).rejects.toMatchObject({ code: 'conflict' });
    expect(await tenants.findKey(key.hash)).toBeUndefined();
    expect(await tenants.get(tenant.tenant_id)).toBeUndefined();
  });

  it('does not bring a suspended one back by a new key', async () => {
    await tenants.reserve({ ...tenant, state: 'suspended' });
    await expect(tenants.activate(tenant.tenant_id, keyOf(tenant))).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await tenants.reserve(tenant)).state).toBe('suspended');
    expect((await tenants.get(tenant.tenant_id))?.state).toBe('suspended');
  });

  it('adds keys to an active tenant, and changes its own only', async () => {
    const [first, second] = [keyOf(tenant), keyOf(tenant)].sort((x, y) => (x.key_id < y.key_id ? -1 : 1));
    if (!first || !second) throw new Error('two keys were made');
    await tenants.reserve(tenant);
    await expect(tenants.addKey(tenant.tenant_id, first)).rejects.toMatchObject({ code: 'conflict' });
    await tenants.activate(tenant.tenant_id, second);
    await tenants.addKey(tenant.tenant_id, first);
    expect(await tenants.listKeys(tenant.tenant_id)).toEqual([first, second]);
    const revoked_at = '2026-02-01T00:00:00.000Z';
    expect(await tenants.changeKey(newTenant(), first.key_id, { revoked_at })).toBeUndefined();
    expect(await tenants.changeKey(tenant.tenant_id, first.key_id, { revoked_at })).toEqual({
      ...first,
      revoked_at,
    });
    expect((await tenants.findKey(first.hash))?.key.revoked_at).toBe(revoked_at);
    expect(await tenants.changeKey(tenant.tenant_id, newKeyId(), { revoked_at })).toBeUndefined();
  });

  it('says what it was and what it is when it changes', async () => {
    await tenants.reserve(tenant);
    const changed = await tenants.change(tenant.tenant_id, { plan: 'basic', limits: { uploads: 7 } });
    expect(changed).toEqual({ before: tenant, after: { ...tenant, plan: 'basic', limits: { uploads: 7 } } });
    expect(await tenants.change(newTenant(), { name: 'Nobody' })).toBeUndefined();
  });

  it('is listed by id, page by page', async () => {
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
