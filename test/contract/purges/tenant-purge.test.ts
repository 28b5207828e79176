import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTable } from '#shared/aws/dynamodb-table.ts';
import { newJobId, newKeyId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { dynamoTenantData } from '#shared/purges/dynamodb-tenant-data.ts';
import type { TenantData } from '#shared/purges/tenant-data.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { memoryTenantData } from '../../memory/tenant-data.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { newTable } from '../emulator.ts';
import { newTenant } from '../samples.ts';

describe.each([
  ['memory', async () => memoryTenantStore()],
  [
    'DynamoDB',
    async () => {
      const indexes = [['by_key_hash', 'key_hash'] as const, ['by_kind', 'gsi_kind', 'tenant_id'] as const];
      return dynamoTenantStore(await newTable('tenants', indexes));
    },
  ],
])('the removal of a tenant in %s', (_, open) => {
  let tenants: TenantStore;
  let tenant: Tenant;
  beforeAll(async () => {
    tenants = await open();
  });
  const reserve = async (state: Tenant['state'] = 'active') => {
    const created_at = '2026-01-01T00:00:00.000Z';
    const first_key_id = newKeyId();
    tenant = { tenant_id: newTenant(), name: 'A', plan: 'free', state, created_at, first_key_id };
    await tenants.reserve(tenant);
    return tenant.tenant_id;
  };

  it.each(['creating', 'active', 'suspended'] as const)(
    'begins once, also for a tenant that is %s',
    async (state) => {
      const id = await reserve(state);
      const job = newJobId();
      const after = { ...tenant, state: 'purging', purge_job_id: job };
      expect(await tenants.beginPurge(id, job)).toEqual({ before: tenant, after });
      expect(await tenants.beginPurge(id, newJobId())).toEqual({ before: after, after });
      expect(await tenants.get(id)).toEqual(after);
      expect(await tenants.beginPurge(newTenant(), job)).toBeUndefined();
    },
  );

  it('cannot be undone', async () => {
    const id = await reserve();
    await tenants.beginPurge(id, newJobId());
    const purging = await tenants.get(id);
    const key = {
      key_id: newKeyId(),
      tenant_id: id,
      kind: 'live' as const,
      name: 'late',
      hash: `hash-of-${id}`,
      scopes: [],
      created_at: '2026-01-01T00:00:00.000Z',
    };
    const conflict = { code: 'conflict' };
    await expect(tenants.change(id, { state: 'active' })).rejects.toMatchObject(conflict);
    await expect(tenants.activate(id, key)).rejects.toMatchObject(conflict);
    await expect(tenants.addKey(id, key, 50)).rejects.toMatchObject(conflict);
    expect((await tenants.reserve({ ...tenant, state: 'creating' })).state).toBe('purging');
    expect(await tenants.get(id)).toEqual(purging);
    expect(await tenants.listKeys(id)).toEqual([]);
  });

  it('frees the id, for its own job only', async () => {
    const id = await reserve();
    const job = newJobId();
    expect(await tenants.remove(id, job)).toBe(false);
    await tenants.beginPurge(id, job);
    expect(await tenants.remove(id, newJobId())).toBe(false);
    expect((await tenants.get(id))?.state).toBe('purging');
    expect(await tenants.remove(id, job)).toBe(true);
    expect(await tenants.remove(id, job)).toBe(false);
    expect(await tenants.get(id)).toBeUndefined();
    const next = { ...tenant, state: 'creating' as const, name: 'Next' };
    expect(await tenants.reserve(next)).toEqual(next);
    expect(await tenants.remove(id, job)).toBe(false);
  });
});

/** Stores, and a way to add items to them. */
interface Fixture {
  stores: readonly TenantData[];
  add(tenant: TenantId, store: string, count: number): Promise<void>;
}

function memoryFixture(): Fixture {
  const stores = ['images', 'groups', 'activity', 'limits', 'keys'].map((store) => memoryTenantData(store));
  return {
    stores,
    add: async (tenant, store, count) => stores.find((each) => each.store === store)?.add(tenant, count),
  };
}

async function newTables() {
  const { table, client } = await newTable('all');
  const other = async (name: string) => (await newTable(name)).table;
  const tables = {
    TENANTS_TABLE: table,
    IMAGES_TABLE: await other('images'),
    GROUPS_TABLE: await other('groups'),
    ACTIVITY_TABLE: await other('activity'),
    LIMITS_TABLE: await other('limits'),
  };
  return { tables, client };
}

async function dynamoFixture(): Promise<Fixture> {
  const { tables, client } = await newTables();
  const partitionOf = {
    activity: ['#USAGE', '#STATISTICS', '#IDEMPOTENCY', '#METERED#0', '#METERED#f', '#CACHE', '#JOBS'],
  };
  return {
    stores: dynamoTenantData(tables, client),
    async add(tenant, store, count) {
      const name = store === 'keys' ? tables.TENANTS_TABLE : Object(tables)[`${store.toUpperCase()}_TABLE`];
      const table = openTable({ table: name, client });
      const endings = store === 'activity' ? partitionOf.activity : [''];
      for (let at = 0; at < count; at++) {
        const pk = `TENANT#${tenant}${endings[at % endings.length]}`;
        await table.put({ pk, sk: `${store === 'keys' ? 'KEY' : 'ITEM'}#${at}` });
      }
    },
  };
}

describe.each([
  ['memory', async () => memoryFixture()],
  ['DynamoDB', dynamoFixture],
])('a tenant’s data in %s', (_, open) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await open();
  });

  it('is in named stores', () => {
    expect(fixture.stores.map(({ store }) => store)).toEqual([
      'images',
      'groups',
      'activity',
      'limits',
      'keys',
    ]);
  });

  it.each(['images', 'groups', 'activity', 'limits', 'keys'])(
    'is removed from %s, and no other tenant’s',
    async (name) => {
      const store = fixture.stores.find((each) => each.store === name);
      if (!store) throw new Error('no such store');
      const gone = newTenant();
      const similar = tenantId(`${gone.slice(0, 55)}-2`);
      expect(await store.count(gone)).toBe(0);
      expect(await store.removeSome(gone)).toBe(0);
      await fixture.add(gone, name, 30);
      await fixture.add(similar, name, 2);
      expect(await store.count(gone)).toBeGreaterThan(0);
      expect(await store.removeSome(gone)).toBe(30);
      expect(await store.count(gone)).toBe(0);
      expect(await store.removeSome(gone)).toBe(0);
      expect(await store.count(similar)).toBeGreaterThan(0);
      expect(await store.removeSome(similar)).toBe(2);
    },
  );
});

it('more items than a slice are removed in several, and the profile stays', async () => {
  const { tables, client } = await newTables();
  const tenant = newTenant();
  const table = openTable({ table: tables.TENANTS_TABLE, client });
  const pk = `TENANT#${tenant}`;
  await table.put({ pk, sk: 'PROFILE' });
  for (let start = 0; start < 1100; start += 100) {
    const writes = Array.from({ length: 100 }, (_, at) => ({
      Put: { Item: { pk, sk: `KEY#${start + at}` } },
    }));
    await table.writeTogether(writes);
  }
  const keys = dynamoTenantData(tables, client).find(({ store }) => store === 'keys');
  expect([
    await keys?.removeSome(tenant),
    await keys?.removeSome(tenant),
    await keys?.removeSome(tenant),
  ]).toEqual([1000, 100, 0]);
  const { Items } = await client.send(new ScanCommand({ TableName: tables.TENANTS_TABLE }));
  expect(Items).toHaveLength(1);
});
