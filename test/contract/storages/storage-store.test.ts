import { describe, expect, it } from 'vitest';
import { newJobId, newStorageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { dynamoStorageStore } from '#shared/storages/dynamodb-storage-store.ts';
import type { StorageLocation } from '#shared/storages/storage-location.ts';
import type { StorageStore } from '#shared/storages/storage-store.ts';
import { targetDigest } from '#shared/storages/target-digest.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { addActiveTenant } from '../../fixtures/active-tenant.ts';
import { memoryStorageStore } from '../../memory/storage-store.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { newTable, uniqueName } from '../emulator.ts';

interface Stores {
  storages: StorageStore;
  tenants: TenantStore;
}
const kinds: [string, () => Promise<Stores>][] = [
  [
    'in memory',
    async () => {
      const tenants = memoryTenantStore();
      return { tenants, storages: memoryStorageStore(tenants) };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      const table = await newTable('tenants', [['by_next_scan', 'gsi_scans', 'next_scan_at']]);
      return { tenants: dynamoTenantStore(table), storages: dynamoStorageStore(table) };
    },
  ],
];

async function newTenant(tenants: TenantStore): Promise<TenantId> {
  const tenant = tenantId(uniqueName('tenant'));
  await addActiveTenant(tenants, tenant);
  return tenant;
}

const AT = '2026-11-02T00:00:00.000Z';
const MOST = 10;

const locationOf = (
  tenant: TenantId,
  bucket: string,
  config: { role_arn?: string; external_id?: string } = {},
): StorageLocation => ({
  ...{ tenant_id: tenant, storage_id: newStorageId(), name: bucket, prefix: '', include: [], exclude: [] },
  ...{ on_missing: 'keep', state: 'active', scans: 0, created_at: AT, updated_at: AT },
  ...{ type: 's3', config: { bucket, region: 'eu-central-1', ...config } },
});

async function idsDue(storages: StorageStore, at: string) {
  const ids = [];
  for await (const { storage_id } of storages.due(at)) ids.push(storage_id);
  return ids;
}

describe.each(kinds)('storage locations %s', (_, open) => {
  it('are read, changed and removed by their tenant alone', async () => {
    const { storages, tenants } = await open();
    const [tenant, other] = [await newTenant(tenants), await newTenant(tenants)];
    const location = locationOf(tenant, 'pictures');
    expect(await storages.add(tenant, location, MOST)).toEqual({ outcome: 'added' });
    expect(await storages.get(tenant, location.storage_id)).toEqual(location);
    expect(await storages.get(other, location.storage_id)).toBeUndefined();
    expect(await storages.list(other)).toEqual([]);
    expect(await storages.change(other, location.storage_id, { name: 'x' })).toBeUndefined();
    expect(await storages.beginRemoval(other, location.storage_id, newJobId())).toBeUndefined();
    await storages.remove(other, location.storage_id);
    expect(await storages.findTarget(other, targetDigest(location))).toBeUndefined();
    expect(await storages.get(tenant, location.storage_id)).toEqual(location);
  });

  it('are listed oldest first', async () => {
    const { storages, tenants } = await open();
    const tenant = await newTenant(tenants);
    const all = ['a', 'b', 'c'].map((bucket) => locationOf(tenant, bucket));
    for (const location of all) await storages.add(tenant, location, MOST);
    const ids = all.map(({ storage_id }) => storage_id).sort();
    expect((await storages.list(tenant)).map(({ storage_id }) => storage_id)).toEqual(ids);
  });

  it('have a target that no other one of the tenant has, in races too', async () => {
    const { storages, tenants } = await open();
    const [tenant, other] = [await newTenant(tenants), await newTenant(tenants)];
    const all = [1, 2, 3, 4].map(() => locationOf(tenant, 'pictures'));
    const outcomes = await Promise.all(all.map((location) => storages.add(tenant, location, MOST)));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['added', 'known', 'known', 'known']);
    const [stored] = await storages.list(tenant);
    if (!stored) throw new Error('none was added');
    expect(outcomes).toContainEqual({ outcome: 'known', storage_id: stored.storage_id });
    expect(await storages.findTarget(tenant, targetDigest(stored))).toBe(stored.storage_id);
    const deeper: StorageLocation = { ...locationOf(tenant, 'pictures'), prefix: 'cats/' };
    expect(await storages.add(tenant, deeper, MOST)).toEqual({ outcome: 'added' });
    const elsewhere = locationOf(other, 'pictures');
    expect(await storages.add(other, elsewhere, MOST)).toEqual({ outcome: 'added' });
  });

  it('are at most so many, in races too; a removed one frees its place and its target', async () => {
    const { storages, tenants } = await open();
    const tenant = await newTenant(tenants);
    const all = ['a', 'b', 'c', 'd', 'e'].map((bucket) => locationOf(tenant, bucket));
    const outcomes = await Promise.all(all.map((location) => storages.add(tenant, location, 3)));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
      'added',
      'added',
      'added',
      'full',
      'full',
    ]);
    const [first] = await storages.list(tenant);
    if (!first) throw new Error('none was added');
    await expect(storages.remove(tenant, first.storage_id)).rejects.toMatchObject({ code: 'conflict' });
    await storages.beginRemoval(tenant, first.storage_id, newJobId());
    for (const time of [1, 2]) {
      await storages.remove(tenant, first.storage_id);
      expect(await storages.get(tenant, first.storage_id), `removed ${time} times`).toBeUndefined();
    }
    const again = { ...first, storage_id: newStorageId() };
    expect(await storages.add(tenant, again, 3)).toEqual({ outcome: 'added' });
    expect(await storages.add(tenant, locationOf(tenant, 'z'), 3)).toEqual({ outcome: 'full' });
  });

  it('change by field; an undefined one is removed', async () => {
    const { storages, tenants } = await open();
    const tenant = await newTenant(tenants);
    const location = locationOf(tenant, 'pictures');
    await storages.add(tenant, location, MOST);
    const { storage_id } = location;
    const last_scan = { job_id: newJobId(), status: 'completed' as const, finished_at: AT };
    await storages.change(tenant, storage_id, { last_scan, scans: 1, schedule: { every_hours: 24 } });
    const after = await storages.change(tenant, storage_id, { include: ['**/*.jpg'], schedule: undefined });
    const expected = { ...location, last_scan, scans: 1, include: ['**/*.jpg'] };
    expect(after).toEqual(expected);
    expect(await storages.get(tenant, storage_id)).toEqual(expected);
    expect(await storages.change(tenant, newStorageId(), { name: 'x' })).toBeUndefined();
  });

  it('are due once their next scan has come, of all tenants', async () => {
    const { storages, tenants } = await open();
    const [tenant, other] = [await newTenant(tenants), await newTenant(tenants)];
    const [early, late, never] = [
      { ...locationOf(tenant, 'early'), next_scan_at: '2026-11-03T00:00:00.000Z' },
      { ...locationOf(other, 'late'), next_scan_at: '2026-11-05T00:00:00.000Z' },
      locationOf(tenant, 'never'),
    ];
    await storages.add(tenant, early, MOST);
    await storages.add(other, late, MOST);
    await storages.add(tenant, never, MOST);
    expect(await idsDue(storages, '2026-11-02T23:59:59.999Z')).toEqual([]);
    expect(await idsDue(storages, '2026-11-03T00:00:00.000Z')).toEqual([early.storage_id]);
    await storages.change(tenant, never.storage_id, { next_scan_at: '2026-11-04T00:00:00.000Z' });
    await storages.change(tenant, early.storage_id, { next_scan_at: undefined });
    expect(await idsDue(storages, '2026-11-06T00:00:00.000Z')).toEqual([never.storage_id, late.storage_id]);
    await storages.beginRemoval(other, late.storage_id, newJobId());
    expect(await idsDue(storages, '2026-11-06T00:00:00.000Z')).toEqual([never.storage_id]);
  });

  it('that are being removed stay so, for the first job', async () => {
    const { storages, tenants } = await open();
    const tenant = await newTenant(tenants);
    const location = locationOf(tenant, 'pictures');
    await storages.add(tenant, location, MOST);
    const [first, second] = [newJobId(), newJobId()];
    const expected = { ...location, state: 'removing', removal_job_id: first };
    expect(await storages.beginRemoval(tenant, location.storage_id, first)).toEqual(expected);
    expect(await storages.beginRemoval(tenant, location.storage_id, second)).toEqual(expected);
    expect(await storages.change(tenant, location.storage_id, { name: 'x', scans: 2 })).toBeUndefined();
    expect(await storages.get(tenant, location.storage_id)).toEqual(expected);
  });

  it('are added to active tenants alone', async () => {
    const { storages, tenants } = await open();
    const tenant = await newTenant(tenants);
    await tenants.beginPurge(tenant, newJobId());
    const conflict = { code: 'conflict' };
    await expect(storages.add(tenant, locationOf(tenant, 'pictures'), MOST)).rejects.toMatchObject(conflict);
    await expect(storages.issueExternalId(tenant, 'x', MOST)).rejects.toMatchObject(conflict);
    expect(await storages.list(tenant)).toEqual([]);
  });

  it('take an external id that was issued to their tenant, once', async () => {
    const { storages, tenants } = await open();
    const [tenant, other] = [await newTenant(tenants), await newTenant(tenants)];
    const external_id = await storages.issueExternalId(tenant, uniqueName('ext'), MOST);
    const role = { role_arn: 'arn:aws:iam::123456789012:role/reader', external_id };
    expect(await storages.isFreeExternalId(tenant, external_id)).toBe(true);
    expect(await storages.isFreeExternalId(other, external_id)).toBe(false);
    const foreign = locationOf(other, 'a', role);
    expect(await storages.add(other, foreign, MOST)).toEqual({ outcome: 'external_id' });
    const unknown = locationOf(tenant, 'a', { ...role, external_id: 'of-the-tenant' });
    expect(await storages.add(tenant, unknown, MOST)).toEqual({ outcome: 'external_id' });
    const races = ['a', 'b', 'c'].map((bucket) =>
      storages.add(tenant, locationOf(tenant, bucket, role), MOST),
    );
    const outcomes = (await Promise.all(races)).map(({ outcome }) => outcome);
    expect(outcomes.sort()).toEqual(['added', 'external_id', 'external_id']);
    expect(await storages.isFreeExternalId(tenant, external_id)).toBe(false);
    const [added] = await storages.list(tenant);
    if (!added) throw new Error('none was added');
    await storages.beginRemoval(tenant, added.storage_id, newJobId());
    await storages.remove(tenant, added.storage_id);
    const reused = locationOf(tenant, 'd', role);
    expect(await storages.add(tenant, reused, MOST)).toEqual({ outcome: 'external_id' });
  });

  it('have at most so many external ids; beyond them, an unused one is issued again', async () => {
    const { storages, tenants } = await open();
    const tenant = await newTenant(tenants);
    const names = [1, 2, 3].map(() => uniqueName('ext'));
    const issued = [];
    for (const name of names) issued.push(await storages.issueExternalId(tenant, name, 2));
    expect(issued.slice(0, 2)).toEqual(names.slice(0, 2));
    expect(names.slice(0, 2)).toContain(issued[2]);
    const [first = ''] = issued;
    const role = { role_arn: 'arn:aws:iam::123456789012:role/reader', external_id: first };
    const location = locationOf(tenant, 'a', role);
    await storages.add(tenant, location, MOST);
    expect(await storages.issueExternalId(tenant, uniqueName('ext'), 2)).toBe(issued[1]);
    await storages.beginRemoval(tenant, location.storage_id, newJobId());
    await storages.remove(tenant, location.storage_id);
    const fresh = uniqueName('ext');
    expect(await storages.issueExternalId(tenant, fresh, 2)).toBe(fresh);
  });
});
