import { describe, expect, it } from 'vitest';
import type { ImageRecord } from '#shared/images/image-record.ts';
import { type ImageId, keyId, newImageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { passedBetween } from '#shared/statistics/pipeline-stages.ts';
import { capacity } from '#shared/statistics/report-capacity.ts';
import { overviewOf } from '#shared/statistics/report-overview.ts';
import type { Counters } from '#shared/statistics/statistics.ts';
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
    return record.image_id;
  };
  const move = async (image: ImageId, change: (image: ImageId) => Promise<unknown>) => {
    await change(image);
    await update([{ tenant: acme, id: image }]);
  };
  return {
    images,
    heartbeats,
    statistics,
    add,
    move,
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

describe('the stages of the pipeline', () => {
  it('have depth, age and rate of their own, the last one for images that are searchable', async () => {
    const { add, images, overview, heartbeats, move } = await setUp();
    await heartbeats.record('gpu-worker', NOW, 1e9, 'cpu');
    await add({ status: 'uploaded', created_at: minutesAgo(4) });
    await add({ status: 'validated', created_at: minutesAgo(3) });
    await add({ status: 'validated', created_at: minutesAgo(2) });
    const indexed = await add({ status: 'processed', created_at: minutesAgo(9) });
    await move(indexed, (image) => images.advance(acme, image, 'indexed', minutesAgo(1), { models: ['m'] }));
    const { pipeline, health } = await overview(acme);
    expect(pipeline.stages).toMatchObject([
      { name: 'validate', depth: 1, oldest_age_s: 240 },
      { name: 'embed', depth: 2, oldest_age_s: 180 },
      { name: 'index', depth: 0, oldest_age_s: 0 },
      { name: 'detect', depth: 1, oldest_age_s: 60 },
    ]);
    expect(pipeline).toMatchObject({ queue_depth: 3, oldest_age_s: 240 });
    expect(health).toBe('ok'); // of the way to a search, of which duplicates are no part
    const rates = pipeline.stages.map(({ rate_per_s }) => Math.round(rate_per_s * 60));
    expect(rates).toEqual([3, 1, 1, 0]);

    await move(indexed, (image) => images.noteDetected(acme, image));
    expect((await overview(acme)).pipeline.stages[3]).toEqual({
      ...{ name: 'detect', depth: 0, oldest_age_s: 0, rate_per_s: 1 / 60 },
    });
  });

  const failed = { images: 1, 'status#failed': 1 };
  const at = (status: string, more: Counters = {}): Counters => ({
    images: 1,
    [`status#${status}`]: 1,
    ...more,
  });
  it.each([
    ['a new image', undefined, at('uploaded'), []],
    ['a form that is not used yet', undefined, at('pending_upload'), []],
    ['a validated one', at('uploaded'), at('validated'), ['validated']],
    [
      'one that moved on meanwhile',
      at('validated'),
      at('indexed', { undetected: 1 }),
      ['processed', 'indexed'],
    ],
    ['a detected one', at('indexed', { undetected: 1 }), at('indexed'), ['detected']],
    [
      'one whose duplicates cannot be detected',
      at('indexed', { undetected: 1 }),
      at('indexed', { undetectable: 1 }),
      [],
    ],
    ['that one, retried', at('indexed', { undetectable: 1 }), at('indexed', { undetected: 1 }), []],
    ['that one, detected', at('indexed', { undetectable: 1 }), at('indexed'), ['detected']],
    ['a failed one', at('validated'), failed, []],
    ['a failed one that is retried', failed, at('validated'), []],
    ['a failed one that is searchable since', failed, at('indexed', { undetected: 1 }), ['indexed']],
    ['a deleted one', at('processed'), undefined, []],
    ['one from before detection was counted', at('indexed'), at('indexed'), []],
  ])('count %s by what it has passed', (_what, before, after, stages) => {
    expect(Object.keys(passedBetween(before, after))).toEqual(stages);
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
