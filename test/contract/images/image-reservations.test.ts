import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import type { Failure } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { rounds } from '../../fixtures/uploads-steps.ts';
import { uploadsWorld } from '../../fixtures/uploads-world.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { newTable } from '../emulator.ts';
import { IMAGE_INDEXES, newImage, newRecord, newTenant } from '../samples.ts';

const at = '2026-02-01T00:00:00.000Z';
const WIDE = { images: 1_000, bytes: 1_000_000 };
const NONE = { images: 0, bytes: 0 };
const REFUSED: Failure = {
  stage: 'validation',
  code: 'truncated',
  detail: 'cut',
  retryable: false,
  attempts: 1,
};

describe.each([
  ['memory', async () => memoryImageStore()],
  ['DynamoDB', async () => dynamoImageStore(await newTable('images', IMAGE_INDEXES))],
])('reservations in %s', (_, open) => {
  let images: ImageStore;
  beforeAll(async () => {
    images = await open();
  });
  const announce = async (tenant: TenantId, sizes: readonly number[], quota = WIDE): Promise<ImageId[]> => {
    const records = sizes.map((file_size) => newRecord(tenant, { file_size }));
    const { announced } = await images.announce(tenant, records, quota);
    return announced.map(({ image_id }) => image_id);
  };
  const announceOne = async (tenant: TenantId, size: number, quota = WIDE): Promise<ImageId> => {
    const [image] = await announce(tenant, [size], quota);
    if (!image) throw new Error('The quota has no room.');
    return image;
  };
  const reserved = async (tenant: TenantId) => (await images.quotaUse(tenant)).reserved;

  it('are made with the record, for the images that fit, in order', async () => {
    const tenant = newTenant();
    const records = [50, 60, 40, 1, 10].map((file_size) => newRecord(tenant, { file_size }));
    const { announced } = await images.announce(tenant, records, { images: 9, bytes: 100 });
    expect(announced.map(({ file_size }) => file_size)).toEqual([50, 40, 1]);
    expect(await images.quotaUse(tenant)).toEqual({ stored: NONE, reserved: { images: 3, bytes: 91 } });
    expect(await images.stored(tenant)).toEqual(NONE);
    for (const record of announced) {
      expect(record.reserved_bytes).toBe(record.file_size);
      expect(await images.get(tenant, record.image_id)).toEqual(record);
    }
    expect((await images.list(tenant, { limit: 9 })).items).toHaveLength(3);
    expect((await images.announce(tenant, [], WIDE)).announced).toEqual([]);
  });

  it('are not made again: who announces an image a second time has to look at it', async () => {
    const tenant = newTenant();
    const record = newRecord(tenant, { file_size: 10 });
    await images.announce(tenant, [record], WIDE);
    await images.admit(tenant, record.image_id, at, { file_size: 10 }, WIDE);
    const before = await images.get(tenant, record.image_id);
    const again = images.announce(tenant, [record], WIDE);
    await expect(again).rejects.toMatchObject({ code: 'dependency_unavailable', retryable: true });
    expect(await images.get(tenant, record.image_id)).toEqual(before);
    expect(await images.quotaUse(tenant)).toEqual({ stored: { images: 1, bytes: 10 }, reserved: NONE });
  });

  it('of a hundred images are made in one call', async () => {
    const tenant = newTenant();
    const quota = { images: 99, bytes: 1e6 };
    expect(await announce(tenant, Array(100).fill(2), quota)).toHaveLength(99);
    expect(await reserved(tenant)).toEqual({ images: 99, bytes: 198 });
  });

  it('never exceed the quota, however many calls announce at once', async () => {
    const tenant = newTenant();
    const quota = { images: 5, bytes: 1_000 };
    const calls = await Promise.all(Array.from({ length: 6 }, () => announce(tenant, [1, 1], quota)));
    expect(calls.flat()).toHaveLength(5);
    expect(await reserved(tenant)).toEqual({ images: 5, bytes: 5 });
  });

  it('become what the admitted image has, also beyond a quota that was lowered', async () => {
    const tenant = newTenant();
    const [small, exact] = await announce(tenant, [10, 20]);
    const lowered = { images: 0, bytes: 0 };
    const first = await images.admit(tenant, small ?? newImage(), at, { file_size: 7 }, lowered);
    expect(first).toMatchObject({ moved: true, record: { status: 'validated', stored_bytes: 7 } });
    expect(first?.record).not.toHaveProperty('reserved_bytes');
    expect(await images.quotaUse(tenant)).toEqual({
      stored: { images: 1, bytes: 7 },
      reserved: { images: 1, bytes: 20 },
    });
    const larger = await images.admit(tenant, exact ?? newImage(), at, { file_size: 21 }, lowered);
    expect(larger).toMatchObject({ moved: false, full: true });
    await images.admit(tenant, exact ?? newImage(), at, { file_size: 20 }, lowered);
    expect(await images.quotaUse(tenant)).toEqual({ stored: { images: 2, bytes: 27 }, reserved: NONE });
  });

  it('are made once for an image that has none, if the quota has room', async () => {
    const tenant = newTenant();
    const record = newRecord(tenant, { status: 'uploaded' });
    const { image_id: image } = record;
    await images.create(record);
    const full = await images.reserve(tenant, image, 10, { images: 1, bytes: 9 });
    expect(full).toEqual({ moved: false, full: true, record });
    await Promise.all([1, 2, 3].map(() => images.reserve(tenant, image, 10, { images: 1, bytes: 30 })));
    expect(await reserved(tenant)).toEqual({ images: 1, bytes: 10 });
    const raised = await images.reserve(tenant, image, 30, { images: 1, bytes: 30 });
    expect(raised).toMatchObject({ moved: true, full: false, record: { reserved_bytes: 30 } });
    expect(await images.reserve(tenant, image, 5, NONE)).toMatchObject({ moved: true });
    expect(await images.get(tenant, image)).toEqual({ ...record, reserved_bytes: 30 });
    await images.admit(tenant, image, at, { file_size: 30 }, NONE);
    expect(await images.reserve(tenant, image, 99, NONE)).toMatchObject({ moved: true });
    expect(await images.reserve(tenant, newImage(), 1, WIDE)).toBeUndefined();
  });

  it('are given back by a refused image alone, once', async () => {
    const tenant = newTenant();
    const image = await announceOne(tenant, 10);
    expect(await images.release(tenant, image)).toBe(false);
    await images.fail(tenant, image, { ...REFUSED, retryable: true }, at, {});
    expect(await images.release(tenant, image)).toBe(false);
    expect(await images.reserve(tenant, image, 11, WIDE)).toMatchObject({ moved: false, full: false });
    await images.advance(tenant, image, 'uploaded', at);
    expect(await images.refuse(tenant, image, REFUSED, at, {})).toMatchObject({ moved: true });
    const released = await Promise.all([1, 2, 3].map(() => images.release(tenant, image)));
    expect(released.filter(Boolean)).toHaveLength(1);
    expect(await images.quotaUse(tenant)).toEqual({ stored: NONE, reserved: NONE });
    expect(await images.get(tenant, image)).not.toHaveProperty('reserved_bytes');
    expect(await images.release(tenant, newImage())).toBe(false);
  });

  it.each([
    ['for good', REFUSED, false],
    ['beyond the quota', { ...REFUSED, code: 'quota_exceeded' as const }, true],
    ['by a fault that can be retried', { ...REFUSED, retryable: true }, true],
  ])('of an image that was refused %s', async (_, failure, again) => {
    const tenant = newTenant();
    const image = await announceOne(tenant, 10);
    await images.refuse(tenant, image, failure, at, {});
    const step = await images.advance(tenant, image, 'uploaded', at);
    expect(step).toMatchObject({ moved: again, record: { status: again ? 'uploaded' : 'failed' } });
    expect(await images.get(tenant, image)).toEqual(step?.record);
  });

  it('stay if an admission comes before the refusal, which then changes nothing', async () => {
    const tenant = newTenant();
    const image = await announceOne(tenant, 10);
    const admitted = await images.admit(tenant, image, at, { file_size: 10 }, WIDE);
    expect(await images.refuse(tenant, image, REFUSED, at, {})).toEqual({
      moved: false,
      record: admitted?.record,
    });
    expect(await images.release(tenant, image)).toBe(false);
    expect(await images.stored(tenant)).toEqual({ images: 1, bytes: 10 });
  });

  it('end with the record of an unused form, once', async () => {
    const tenant = newTenant();
    const [image, uploaded] = [await announceOne(tenant, 10), await announceOne(tenant, 5)];
    await images.advance(tenant, uploaded, 'uploaded', at);
    expect(await images.expire(tenant, uploaded)).toBe(false);
    const expired = await Promise.all([1, 2, 3].map(() => images.expire(tenant, image)));
    expect(expired.filter(Boolean)).toHaveLength(1);
    expect(await images.get(tenant, image)).toBeUndefined();
    expect(await reserved(tenant)).toEqual({ images: 1, bytes: 5 });
  });

  it('end with a purge, once', async () => {
    const tenant = newTenant();
    const image = await announceOne(tenant, 10);
    const purged = await Promise.all([1, 2, 3].map(() => images.markPurged(tenant, image, at)));
    expect(purged.filter(Boolean)).toHaveLength(1);
    expect(await images.quotaUse(tenant)).toEqual({ stored: NONE, reserved: NONE });
    expect(await images.expire(tenant, image)).toBe(false);
  });

  it('are listed an hour after the announcement, until the image is admitted or settled', async () => {
    const tenant = newTenant();
    const record = newRecord(tenant, { created_at: '2026-03-01T10:00:00.000Z', file_size: 1 });
    await images.announce(tenant, [record], WIDE);
    const due = async (time: string) => {
      const found: ImageId[] = [];
      for await (const { tenant_id, image_id } of images.unsettled(time))
        if (tenant_id === tenant) found.push(image_id);
      return found;
    };
    expect(await due('2026-03-01T10:59:59.999Z')).toEqual([]);
    expect(await due('2026-03-01T11:00:00.000Z')).toEqual([record.image_id]);
    await images.settle(tenant, record.image_id, '2026-03-01T12:00:00.000Z');
    expect(await due('2026-03-01T11:59:59.999Z')).toEqual([]);
    expect(await due('2026-03-01T12:00:00.000Z')).toEqual([record.image_id]);
    await images.admit(tenant, record.image_id, at, { file_size: 1 }, WIDE);
    expect(await due('9')).toEqual([]);
    await images.settle(tenant, record.image_id, at);
    expect(await due('9')).toEqual([]);
    await images.markPurged(tenant, record.image_id, '2026-03-02T00:00:00.000Z');
    expect(await due('2026-03-02T01:00:00.000Z')).toEqual([record.image_id]);
    await images.settle(tenant, record.image_id);
    expect(await due('9')).toEqual([]);
  });

  const named = (tenant: TenantId, external_id: string, file_size = 1) =>
    newRecord(tenant, { external_id, file_size });

  it('include the external id, which one image of a tenant has, also in races', async () => {
    const tenant = newTenant();
    const records = Array.from({ length: 5 }, () => named(tenant, 'mine'));
    const calls = await Promise.all(records.map((record) => images.announce(tenant, [record], WIDE)));
    const [winner, ...others] = calls.flatMap(({ announced }) => announced);
    expect(others).toEqual([]);
    const owners = calls.flatMap(({ taken }) => [...taken.values()]);
    expect(owners).toEqual(Array(4).fill(winner?.image_id));
    expect(await reserved(tenant)).toEqual({ images: 1, bytes: 1 });
    const other = newTenant();
    expect((await images.announce(other, [named(other, 'mine')], WIDE)).announced).toHaveLength(1);
  });

  it('include the external ids of a hundred images in one call; of equal ones the first has it', async () => {
    const tenant = newTenant();
    const records = Array.from({ length: 99 }, (_, at) => named(tenant, `e-${at}`));
    const [first] = records;
    const again = named(tenant, 'e-0');
    const { announced, taken } = await images.announce(tenant, [...records, again], WIDE);
    expect(announced).toHaveLength(99);
    expect([...taken]).toEqual([[again.image_id, first?.image_id]]);
  });

  it('of an image without room in the quota take no external id', async () => {
    const tenant = newTenant();
    const full = await images.announce(tenant, [named(tenant, 'mine', 9)], { images: 5, bytes: 5 });
    expect([full.announced.length, full.taken.size]).toEqual([0, 0]);
    expect((await images.announce(tenant, [named(tenant, 'mine')], WIDE)).announced).toHaveLength(1);
  });

  it.each([
    ['a purge', (tenant: TenantId, image: ImageId) => images.markPurged(tenant, image, at)],
    ['an unused form', (tenant: TenantId, image: ImageId) => images.expire(tenant, image)],
  ])('free the external id with %s, and that of no other image', async (_, end) => {
    const tenant = newTenant();
    const [first, second] = [named(tenant, 'mine'), named(tenant, 'mine')];
    await images.announce(tenant, [first], WIDE);
    expect(await end(tenant, first.image_id)).toBe(true);
    expect((await images.announce(tenant, [second], WIDE)).announced).toHaveLength(1);
    await end(tenant, first.image_id);
    const { taken } = await images.announce(tenant, [named(tenant, 'mine')], WIDE);
    expect([...taken.values()]).toEqual([second.image_id]);
  });

  it('and counters equal the sums over the records, whatever fails, is repeated or overtaken', async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (steps) => {
        const world = uploadsWorld(images, newTenant());
        for (const round of steps) {
          await Promise.all(round.map((take) => take(world.steps)));
          expect(await world.quotaUse()).toEqual(await world.counted());
        }
        await world.end();
        expect(await world.quotaUse()).toEqual(await world.counted());
        expect((await world.quotaUse()).reserved).toEqual(NONE);
      }),
      { numRuns: 12 },
    );
  });
});
