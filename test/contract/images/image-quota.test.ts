import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import type { Failure } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { newTable } from '../emulator.ts';
import { facts, IMAGE_INDEXES, newImage, newRecord, newTenant } from '../samples.ts';

const FAILURE: Failure = {
  stage: 'validation',
  code: 'dependency_unavailable',
  detail: 'busy',
  retryable: true,
  attempts: 5,
};
const at = '2026-02-01T00:00:00.000Z';
const WIDE = { images: 1_000, bytes: 1_000_000 };

describe.each([
  ['memory', async () => memoryImageStore()],
  ['DynamoDB', async () => dynamoImageStore(await newTable('images', IMAGE_INDEXES))],
])('the storage counters of a tenant in %s', (_, open) => {
  let images: ImageStore;
  beforeAll(async () => {
    images = await open();
  });
  const create = async (tenant: TenantId): Promise<ImageId> => {
    const record = newRecord(tenant, { status: 'uploaded' });
    await images.create(record);
    return record.image_id;
  };
  const admit = (tenant: TenantId, image: ImageId, size: number, quota = WIDE) =>
    images.admit(tenant, image, at, { file_size: size }, quota);

  it('are 0 at first, and separate for each tenant', async () => {
    const [one, other, none] = [newTenant(), newTenant(), newTenant()];
    expect(await images.stored(one)).toEqual({ images: 0, bytes: 0 });
    await admit(one, await create(one), 70);
    await admit(one, await create(one), 0);
    await admit(other, await create(other), 5);
    expect(await images.stored(one)).toEqual({ images: 2, bytes: 70 });
    expect(await images.storedOf([other, none, one, other])).toEqual(
      new Map([
        [other, { images: 1, bytes: 5 }],
        [none, { images: 0, bytes: 0 }],
        [one, { images: 2, bytes: 70 }],
      ]),
    );
    expect(await images.storedOf([])).toEqual(new Map());
    expect((await images.list(one, { limit: 9 })).items).toHaveLength(2);
  });

  it('tell what was stored at the end of each month', async () => {
    const tenant = newTenant();
    const admitAt = async (time: string, file_size: number) => {
      const image = await create(tenant);
      await images.admit(tenant, image, time, { file_size }, WIDE);
      await images.admit(tenant, image, time, { file_size }, WIDE); // counts once
      return image;
    };
    const first = await admitAt('2026-01-31T23:59:59.999Z', 10);
    await admitAt('2026-03-01T00:00:00.000Z', 5);
    await images.markPurged(tenant, first, '2026-03-02T00:00:00.000Z');
    await images.markPurged(tenant, await create(tenant), '2026-03-02T00:00:00.000Z'); // was never admitted
    await admitAt('2026-04-01T00:00:00.000Z', 1);
    const months = ['2025-12', '2026-01', '2026-02', '2026-03', '2026-04', '2026-05'];
    expect(await Promise.all(months.map((month) => images.storedAt(tenant, month)))).toEqual([
      { images: 0, bytes: 0 },
      { images: 1, bytes: 10 },
      { images: 1, bytes: 10 },
      { images: 1, bytes: 5 },
      { images: 2, bytes: 6 },
      { images: 2, bytes: 6 },
    ]);
  });

  it('count an image with its validation results, once', async () => {
    const tenant = newTenant();
    const image = await create(tenant);
    const sha = 'c'.repeat(64);
    const change = { ...facts(sha), file_size: 99 };
    const first = await images.admit(tenant, image, at, change, WIDE);
    expect(first).toMatchObject({
      moved: true,
      full: false,
      record: { ...change, status: 'validated', validated_at: at, updated_at: at, stored_bytes: 99 },
    });
    expect(await images.get(tenant, image)).toEqual(first?.record);
    expect(await images.findBySha256(tenant, sha, 10)).toEqual([image]);
    expect(await admit(tenant, image, 99)).toEqual({ moved: false, full: false, record: first?.record });
    expect(await admit(tenant, newImage(), 1)).toBeUndefined();
    expect(await images.stored(tenant)).toEqual({ images: 1, bytes: 99 });
  });

  it('do not count an image again that is validated after a failure, even if the quota is used up', async () => {
    const tenant = newTenant();
    const image = await create(tenant);
    await admit(tenant, image, 10);
    await images.fail(tenant, image, FAILURE, at, {});
    expect(await images.stored(tenant)).toEqual({ images: 1, bytes: 10 });
    expect(await admit(tenant, image, 10)).toMatchObject({ moved: false, record: { status: 'failed' } });
    await images.advance(tenant, image, 'uploaded', at);
    const again = await admit(tenant, image, 10, { images: 1, bytes: 10 });
    expect(again).toMatchObject({ moved: true, full: false, record: { status: 'validated' } });
    expect(again?.record).not.toHaveProperty('failure');
    expect(again?.record).toEqual(await images.get(tenant, image));
    expect(await images.stored(tenant)).toEqual({ images: 1, bytes: 10 });
  });

  it.each([
    ['images', { images: 2, bytes: 1_000 }],
    ['bytes', { images: 9, bytes: 25 }],
  ])('reject an image beyond the quota of %s, without a change', async (_what, quota) => {
    const tenant = newTenant();
    for (let i = 0; i < 2; i++) expect(await admit(tenant, await create(tenant), 10, quota)).toBeTruthy();
    const late = await create(tenant);
    const before = await images.get(tenant, late);
    expect(await admit(tenant, late, 10, quota)).toEqual({ moved: false, full: true, record: before });
    expect(await images.get(tenant, late)).toEqual(before);
    expect(await images.stored(tenant)).toEqual({ images: 2, bytes: 20 });
    // Later states and purged images cannot be validated again.
    await images.markPurged(tenant, late, at);
    expect(await admit(tenant, late, 10, quota)).toMatchObject({ moved: false, full: false });
  });

  it.each([
    { images: 0, bytes: 100 },
    { images: 5, bytes: 9 },
  ])('reject the first image beyond the quota: %o', async (quota) => {
    const tenant = newTenant();
    expect(await admit(tenant, await create(tenant), 10, quota)).toMatchObject({ moved: false, full: true });
    expect(await images.stored(tenant)).toEqual({ images: 0, bytes: 0 });
  });

  it('allow the quota to the last image and byte', async () => {
    const tenant = newTenant();
    const quota = { images: 2, bytes: 20 };
    expect(await admit(tenant, await create(tenant), 10, quota)).toMatchObject({ moved: true });
    expect(await admit(tenant, await create(tenant), 10, quota)).toMatchObject({ moved: true });
    expect(await images.stored(tenant)).toEqual(quota);
  });

  it('admit exactly as many concurrent images as the quota allows', async () => {
    const tenant = newTenant();
    const ids = await Promise.all(Array.from({ length: 10 }, () => create(tenant)));
    const results = await Promise.all(ids.map((id) => admit(tenant, id, 10, { images: 100, bytes: 39 })));
    expect(results.filter((each) => each?.moved)).toHaveLength(3);
    expect(results.filter((each) => each?.full)).toHaveLength(7);
    expect(await images.stored(tenant)).toEqual({ images: 3, bytes: 30 });
  });

  it('are reduced by a purge, once, and admit images again', async () => {
    const tenant = newTenant();
    const quota = { images: 1, bytes: 10 };
    const [one, other, pending] = [await create(tenant), await create(tenant), await create(tenant)];
    await admit(tenant, one, 10, quota);
    expect(await images.markPurged(tenant, pending, at)).toBe(true);
    expect(await images.stored(tenant)).toEqual({ images: 1, bytes: 10 });
    const purges = await Promise.all([1, 2, 3].map(() => images.markPurged(tenant, one, at)));
    expect(purges.filter(Boolean)).toHaveLength(1);
    expect(await images.stored(tenant)).toEqual({ images: 0, bytes: 0 });
    expect(await admit(tenant, other, 10, quota)).toMatchObject({ moved: true });
  });

  it('stay exact if a purge and an admission run concurrently', async () => {
    const tenant = newTenant();
    for (let round = 0; round < 5; round++) {
      const image = await create(tenant);
      const [, purged] = await Promise.all([
        admit(tenant, image, 10),
        images.markPurged(tenant, image, at),
        admit(tenant, image, 10),
      ]);
      expect(purged).toBe(true);
      expect(await images.stored(tenant)).toEqual({ images: 0, bytes: 0 });
    }
  });

  it('equal the sum over images that are admitted and not purged, after any sequence of steps', async () => {
    const quota = { images: 3, bytes: 40 };
    const step = fc.record({
      act: fc.constantFrom('admit', 'admit', 'purge', 'fail', 'index'),
      picture: fc.nat({ max: 4 }),
      size: fc.integer({ min: 0, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const tenant = newTenant();
        const ids = await Promise.all(Array.from({ length: 5 }, () => create(tenant)));
        const admitted = new Map<ImageId, number>();
        for (const { act, picture, size } of steps) {
          const image = ids[picture] ?? newImage();
          if (act === 'fail') await images.fail(tenant, image, FAILURE, at, {});
          if (act === 'index') await images.advance(tenant, image, 'indexed', at);
          if (act === 'purge') {
            await images.markPurged(tenant, image, at);
            admitted.delete(image);
          }
          if (act === 'admit') {
            const before = await images.get(tenant, image);
            const result = await admit(tenant, image, size, quota);
            if (result?.moved && before?.stored_bytes === undefined) admitted.set(image, size);
          }
          const bytes = [...admitted.values()].reduce((sum, each) => sum + each, 0);
          expect(await images.stored(tenant)).toEqual({ images: admitted.size, bytes });
          expect(admitted.size <= quota.images && bytes <= quota.bytes).toBe(true);
        }
      }),
      { numRuns: 15 },
    );
  });
});
