import { describe, expect, it } from 'vitest';
import type { ImageRecord } from '#shared/images/image-record.ts';
import { keyId, newImageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { capacity } from '#shared/statistics/report-capacity.ts';
import { overviewOf } from '#shared/statistics/report-overview.ts';
import { updateStatistics } from '#shared/statistics/update-statistics.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { memoryGroupStore } from '../../memory/group-store.ts';
import { memoryHeartbeats } from '../../memory/heartbeats.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryStatisticsStore } from '../../memory/statistics-store.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { memoryUsageStore } from '../../memory/usage-store.ts';

const acme = tenantId('acme');
const NOW = new Date('2026-11-24T10:00:00.000Z');

async function setUp() {
  const images = memoryImageStore();
  const heartbeats = memoryHeartbeats();
  const statistics = memoryStatisticsStore(() => NOW.getTime());
  const now = () => NOW;
  const update = updateStatistics({ images, groups: memoryGroupStore(), statistics });
  const add = async (fields: Partial<ImageRecord>) => {
    const record = announcedImage({ image_id: newImageId(), ...fields });
    await images.create(record);
    await update([{ tenant: record.tenant_id, id: record.image_id }]);
  };
  return {
    images,
    heartbeats,
    statistics,
    add,
    overview: overviewOf({ statistics, images, heartbeats, now }),
  };
}
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000).toISOString();

describe('the overview', () => {
  it('is degraded while images wait longer than 300 seconds', async () => {
    const { add, overview, heartbeats } = await setUp();
    await heartbeats.record('gpu-worker', NOW, 1e9, 'cpu');
    await add({ status: 'uploaded', created_at: minutesAgo(1) });
    expect(await overview(acme)).toMatchObject({
      pipeline: { queue_depth: 1, oldest_age_s: 60 },
      health: 'ok',
    });
    await add({ status: 'validated', created_at: minutesAgo(6) });
    expect(await overview(acme)).toMatchObject({
      pipeline: { queue_depth: 2, oldest_age_s: 360 },
      health: 'degraded',
    });
  });

  it('is degraded while images wait and no worker embeds them, and ok if none wait', async () => {
    const { add, overview } = await setUp();
    await add({ status: 'indexed' });
    expect((await overview(acme)).health).toBe('ok');
    await add({ status: 'processed', created_at: minutesAgo(0) });
    expect((await overview(acme)).health).toBe('degraded');
  });
});

describe('capacity', () => {
  it('lists the costliest tenant first, with its shares of index and queue', async () => {
    const { add, images, statistics } = await setUp();
    const [tenants, usage] = [memoryTenantStore(), memoryUsageStore()];
    const beta = tenantId('beta');
    for (const tenant_id of [acme, beta])
      await tenants.reserve({
        tenant_id,
        name: tenant_id,
        plan: 'free',
        state: 'creating',
        created_at: minutesAgo(9),
        first_key_id: keyId(`key_${'0'.repeat(26)}`),
      });
    const indexed = { status: 'indexed' as const, models: ['m'], stored_bytes: 5000 };
    await add(indexed);
    for (let i = 0; i < 3; i++) await add({ ...indexed, tenant_id: beta });
    await add({ status: 'uploaded', created_at: minutesAgo(0) });
    const call = { id: 'c', at: NOW.toISOString(), usage: { requests: 1, searches: 1, uploads: 0 } };
    await usage.meter(beta, [call]);
    const { totals, tenants: listed } = await capacity({
      tenants,
      images,
      statistics,
      usage,
      now: () => NOW,
    })(10);
    const idsOf = (all: readonly { tenant_id: TenantId }[]) => all.map(({ tenant_id }) => tenant_id);
    expect(idsOf(listed)).toEqual([beta, acme]);
    expect(listed).toMatchObject([
      { images: 3, bytes: 15_000, vectors: 6, index_share: 0.75, queue_share: 0 },
      { images: 1, bytes: 5000, vectors: 2, index_share: 0.25, queue_share: 1 },
    ]);
    expect(totals).toMatchObject({
      tenants: 2,
      images: 4,
      vectors: 8,
      queued: 1,
      index_memory_bytes: 20_275,
    });
  });
});
