import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newGroupId, newImageId, type TenantId } from '#shared/kernel/ids.ts';
import { dynamoStatisticsStore } from '#shared/statistics/dynamodb-statistics-store.ts';
import { type Counters, INDEXED, sumOf, UNDETECTED } from '#shared/statistics/statistics.ts';
import type { CountedId, StatisticsStore } from '#shared/statistics/statistics-store.ts';
import { memoryStatisticsStore } from '../../memory/statistics-store.ts';
import { newTable } from '../emulator.ts';
import { newTenant } from '../samples.ts';

/** A tenant's images and groups, which change while they are counted. */
function world() {
  const now = new Map<CountedId, Counters>();
  const readContributions = async (ids: readonly CountedId[]) =>
    new Map(ids.flatMap((id) => (now.has(id) ? [[id, now.get(id) ?? {}] as const] : [])));
  return { now, readContributions };
}
/** Leaves out sums that have returned to zero. */
const nonZero = (counters: Counters) =>
  Object.fromEntries(Object.entries(counters).filter(([, n]) => n !== 0));

describe.each([
  ['memory', async () => memoryStatisticsStore()],
  ['DynamoDB', async () => dynamoStatisticsStore(await newTable('activity'))],
])('statistics in %s', (_, open) => {
  let statistics: StatisticsStore;
  let tenant: TenantId;
  beforeAll(async () => {
    statistics = await open();
  });
  beforeEach(() => {
    tenant = newTenant();
  });

  it('are 0 at first, and separate for each tenant', async () => {
    expect(await statistics.read(tenant)).toEqual({});
    const { now, readContributions } = world();
    const [image, other] = [newImageId(), newTenant()];
    now.set(image, { images: 1 });
    await statistics.update(tenant, [image], readContributions);
    expect(await statistics.readMany([tenant, other])).toEqual(new Map([[tenant, { images: 1 }]]));
    expect(await statistics.read(other)).toEqual({});
  });

  it('follow an image from state to state until it is removed', async () => {
    const { now, readContributions } = world();
    const image = newImageId();
    for (const status of ['uploaded', 'validated', 'indexed']) {
      now.set(image, { images: 1, [`status#${status}`]: 1 });
      await statistics.update(tenant, [image, image], readContributions);
      await statistics.update(tenant, [image], readContributions);
      expect(nonZero(await statistics.read(tenant))).toEqual({ images: 1, [`status#${status}`]: 1 });
    }
    now.delete(image);
    await statistics.update(tenant, [image], readContributions);
    expect(nonZero(await statistics.read(tenant))).toEqual({});
  });

  it('return how many images per second passed each stage', async () => {
    const { now, readContributions } = world();
    const images = Array.from({ length: 30 }, newImageId);
    const move = async (count: number, counters: Counters) => {
      for (const image of images.slice(0, count)) now.set(image, { images: 1, ...counters });
      await statistics.update(tenant, images, readContributions);
      await statistics.update(tenant, images, readContributions);
    };
    await move(30, { 'status#uploaded': 1 });
    await move(20, { 'status#validated': 1 });
    await move(10, { [INDEXED]: 1, [UNDETECTED]: 1 });
    await move(5, { [INDEXED]: 1 });
    const rates = await statistics.rates(tenant);
    const between = (rate: number | undefined, count: number) => {
      expect(rate).toBeGreaterThanOrEqual(count / 120);
      expect(rate).toBeLessThanOrEqual(count / 60);
    };
    between(rates.validated, 20);
    between(rates.processed, 10);
    between(rates.indexed, 10);
    between(rates.detected, 5);
    expect(await statistics.rates(newTenant())).toEqual({
      validated: 0,
      processed: 0,
      indexed: 0,
      detected: 0,
    });
  });

  it('accept more images and groups than one transaction holds', async () => {
    const { now, readContributions } = world();
    const groups = Array.from({ length: 205 }, newGroupId);
    for (const group of groups) now.set(group, { groups: 1, reclaimable_bytes: 10 });
    await statistics.update(tenant, groups, readContributions);
    expect(await statistics.read(tenant)).toEqual({ groups: 205, reclaimable_bytes: 2050 });
  });

  it('converge to the current state if changes arrive twice, late, out of order or concurrently', async () => {
    const step = fc.record({
      index: fc.nat({ max: 4 }),
      counters: fc.option(fc.record({ images: fc.constant(1), vectors: fc.nat({ max: 4 }) }), {
        nil: undefined,
      }),
    });
    const rounds = fc.array(
      fc.record({ changes: fc.array(step, { maxLength: 4 }), writers: fc.integer({ min: 1, max: 3 }) }),
      {
        maxLength: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(rounds, async (each) => {
        const own = newTenant();
        const { now, readContributions } = world();
        const ids: CountedId[] = Array.from({ length: 5 }, newImageId);
        const updates: Promise<void>[] = [];
        for (const { changes, writers } of each) {
          const changed: CountedId[] = [];
          for (const { index, counters } of changes) {
            const id = ids[index] ?? newImageId();
            if (counters) now.set(id, counters);
            else now.delete(id);
            changed.push(id);
          }
          for (let writer = 0; writer < writers; writer++)
            updates.push(statistics.update(own, changed, readContributions));
          if (writers === 2) await Promise.all(updates);
        }
        await Promise.all(updates);
        expect(nonZero(await statistics.read(own))).toEqual(nonZero(sumOf([...now.values()])));
      }),
      { numRuns: 15 },
    );
  });
});
