import { describe, expect, it } from 'vitest';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import { newJobId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import { meterUsage } from '#shared/usage/meter-usage.ts';
import { heaviestTenants, usageOf } from '#shared/usage/report-usage.ts';
import type { QuotaUsed } from '#shared/usage/tell-thresholds.ts';
import type { Usage } from '#shared/usage/usage.ts';
import { addActiveTenant } from '../../fixtures/active-tenant.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { memoryUsageStore } from '../../memory/usage-store.ts';

const [acme, beta] = [tenantId('acme'), tenantId('beta')];
let calls = 0;
const call = (tenant: TenantId, usage: Partial<Usage> = {}) =>
  newEvent('tenant.usage', {
    tenant,
    subject: 'searchSimilarity',
    correlationId: 'c',
    time: '2026-11-24T10:00:00.000Z',
    id: `call-${++calls}`,
    data: { requests: 1, searches: 0, uploads: 0, ...usage },
  });

async function setUp() {
  const tenants = memoryTenantStore();
  for (const tenant of [acme, beta]) await addActiveTenant(tenants, tenant, 'pro');
  const usage = memoryUsageStore();
  const blobs = memoryBlobs();
  const reports: [TenantId, PlanName, Usage][] = [];
  const report = (...counted: [TenantId, PlanName, Usage]) => void reports.push(counted);
  const told: QuotaUsed[] = [];
  const tell = async (_tenant: TenantId, uses: readonly QuotaUsed[]) => void told.push(...uses);
  const now = () => new Date('2026-11-24T12:00:00.000Z');
  const ports = { tenants, usage, blobs, report, tell, now, images: memoryImageStore() };
  return {
    ...ports,
    reports,
    told,
    meter: meterUsage(ports),
    read: usageOf(ports),
    list: heaviestTenants(ports),
  };
}

describe('usageOf', () => {
  it('tells of a past month what was stored then', async () => {
    const { images, read } = await setUp();
    const record = announcedImage({ tenant_id: acme, status: 'uploaded' });
    await images.create(record);
    const quota = { images: 9, bytes: 99 };
    await images.admit(acme, record.image_id, '2026-11-02T00:00:00.000Z', { file_size: 7 }, quota);
    expect(await read(acme, '2026-10')).toMatchObject({ images_stored: 0, storage_bytes: 0 });
    expect(await read(acme, '2026-11')).toMatchObject({ images_stored: 1, storage_bytes: 7 });
  });
});

describe('meterUsage', () => {
  it('counts, archives and reports each tenant’s calls', async () => {
    const { meter, read, blobs, reports } = await setUp();
    const outcomes = await meter([call(acme, { searches: 1 }), call(beta), call(acme, { uploads: 3 })]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(await read(acme, '2026-11')).toMatchObject({
      starts_at: '2026-11-01T00:00:00.000Z',
      ends_at: '2026-12-01T00:00:00.000Z',
      requests: 2,
      searches: 1,
      uploads: 3,
      images_stored: 0,
      daily: [{ date: '2026-11-24', requests: 2, searches: 1, uploads: 3 }],
    });
    expect(reports).toEqual([
      [acme, 'pro', { requests: 2, searches: 1, uploads: 3 }],
      [beta, 'pro', { requests: 1, searches: 0, uploads: 0 }],
    ]);
    expect(await blobs.count(acme, 'events')).toBe(1);
    expect(await blobs.count(beta, 'events')).toBe(1);
  });

  it('counts and archives a redelivered batch once', async () => {
    const { meter, read, blobs } = await setUp();
    const batch = [call(acme), call(acme)];
    await meter(batch);
    await meter(batch);
    expect(await read(acme, '2026-11')).toMatchObject({ requests: 2 });
    expect(await blobs.count(acme, 'events')).toBe(1);
  });

  it('drops calls of a tenant that does not exist or is being removed', async () => {
    const { meter, read, blobs, tenants } = await setUp();
    await tenants.beginPurge(acme, newJobId());
    const nobody = tenantId('nobody');
    const outcomes = await meter([call(acme), call(nobody)]);
    expect(outcomes.every(({ status }) => status === 'fulfilled')).toBe(true);
    for (const tenant of [acme, nobody]) {
      expect(await read(tenant, '2026-11')).toMatchObject({ requests: 0 });
      expect(await blobs.count(tenant, 'events')).toBe(0);
    }
  });

  it('tells each tenant what it has used of the requests of the month', async () => {
    const { meter, told } = await setUp();
    await meter([call(acme), call(acme), call(beta)]);
    const limit = 5_000 * 31 * 24 * 60; // pro: a month of full minutes
    expect(told).toEqual([2, 1].map((used) => ({ quota: 'requests', used, limit })));
  });

  it('fails only the events of the tenant whose calls could not be counted', async () => {
    const { usage, read, ...ports } = await setUp();
    const failing: typeof usage = {
      ...usage,
      meter: (tenant, batch) =>
        tenant === acme ? Promise.reject(new Error('no')) : usage.meter(tenant, batch),
    };
    const outcomes = await meterUsage({ ...ports, usage: failing })([call(acme), call(beta), call(acme)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    expect(await read(beta, '2026-11')).toMatchObject({ requests: 1 });
  });
});

describe('heaviestTenants', () => {
  it('tells what was stored at the end of a past month, and what is stored now', async () => {
    const ports = await setUp();
    const list = heaviestTenants({ ...ports, now: () => new Date('2026-12-05T00:00:00.000Z') });
    const store = async (tenant_id: TenantId, at: string, file_size: number) => {
      const record = announcedImage({ tenant_id, status: 'uploaded' });
      await ports.images.create(record);
      await ports.images.admit(tenant_id, record.image_id, at, { file_size }, { images: 9, bytes: 99 });
    };
    await store(acme, '2026-10-02T00:00:00.000Z', 7);
    await store(beta, '2026-12-02T00:00:00.000Z', 8);
    await store(beta, '2026-12-03T00:00:00.000Z', 9);
    const holdings = async (period: string) => {
      const { tenants, totals } = await list(period, 'storage_bytes', 10);
      return [totals, ...tenants].map(({ images_stored, storage_bytes }) => [images_stored, storage_bytes]);
    };
    expect(await holdings('2026-11')).toEqual([
      [1, 7],
      [1, 7],
      [0, 0],
    ]); // acme first
    expect(await holdings('2026-12')).toEqual([
      [3, 24],
      [2, 17],
      [1, 7],
    ]); // beta first
  });

  it('lists the heaviest tenants first, ties by id, with the sums over all tenants', async () => {
    const { meter, list } = await setUp();
    await meter([call(beta, { searches: 2 }), call(beta), call(acme, { uploads: 9 })]);
    const by = async (order: 'requests' | 'uploads' | 'images_stored', limit = 10) =>
      (await list('2026-11', order, limit)).tenants.map(({ tenant_id }) => tenant_id);
    expect(await by('requests')).toEqual([beta, acme]);
    expect(await by('uploads')).toEqual([acme, beta]);
    expect(await by('images_stored')).toEqual([acme, beta]);
    expect(await by('requests', 1)).toEqual([beta]);
    expect((await list('2026-11', 'requests', 1)).totals).toEqual({
      tenants: 2,
      requests: 3,
      searches: 2,
      uploads: 9,
      images_stored: 0,
      storage_bytes: 0,
    });
  });
});
