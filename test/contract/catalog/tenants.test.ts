import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { memoryTenants } from '#shared/catalog/memory.ts';
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
  created_at: '2026-01-01T00:00:00.000Z',
});
const keyOf = ({ tenant_id }: Tenant): ApiKey => ({
  key_id: newKeyId(),
  tenant_id,
  hash: uniqueName('hash'),
  scopes: ['deeplens.search', 'deeplens.upload'],
  gateway_key_id: 'gw1',
  created_at: '2026-01-01T00:00:00.000Z',
});

describe.each([
  ['memory', async () => memoryTenants()],
  ['DynamoDB', async () => dynamoTenants(await newTable('tenants', [['by_key_hash', 'key_hash']]))],
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
    await tenants.reserve({ ...tenant, name: 'Archive' });
    expect(await tenants.get(tenant.tenant_id)).toEqual({ ...tenant, name: 'Archive' });
    const key = keyOf(tenant);
    await tenants.activate(tenant.tenant_id, key);
    await tenants.activate(tenant.tenant_id, key);
    const active = { ...tenant, name: 'Archive', state: 'active' };
    expect(await tenants.get(tenant.tenant_id)).toEqual(active);
    expect(await tenants.findKey(key.hash)).toEqual({ key, tenant: active });
    await expect(tenants.reserve(tenant)).rejects.toMatchObject({ code: 'conflict' });
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
    await expect(tenants.reserve(tenant)).rejects.toMatchObject({ code: 'conflict' });
    expect((await tenants.get(tenant.tenant_id))?.state).toBe('suspended');
  });

  it('removes a key of its own only', async () => {
    await tenants.reserve(tenant);
    const [first, second] = [keyOf(tenant), keyOf(tenant)].sort((x, y) => (x.key_id < y.key_id ? -1 : 1));
    if (!first || !second) throw new Error('two keys were made');
    await tenants.activate(tenant.tenant_id, second);
    await tenants.activate(tenant.tenant_id, first);
    expect(await tenants.listKeys(tenant.tenant_id)).toEqual([first, second]);
    expect(await tenants.removeKey(newTenant(), first.key_id)).toBe(false);
    expect(await tenants.removeKey(tenant.tenant_id, first.key_id)).toBe(true);
    expect(await tenants.removeKey(tenant.tenant_id, first.key_id)).toBe(false);
    expect(await tenants.findKey(first.hash)).toBeUndefined();
    expect(await tenants.listKeys(tenant.tenant_id)).toEqual([second]);
  });
});
