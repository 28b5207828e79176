import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DuplicatesFoundV1 } from '#shared/contracts/events/duplicates-found.v1.ts';
import { detectDuplicates } from '#shared/duplicates/detect-duplicates.ts';
import type { GroupStore } from '#shared/duplicates/group-store.ts';
import { leaveGroup } from '#shared/duplicates/leave-group.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { tenantNamed } from '../../fixtures/tenant.ts';
import { ACME, embeddingAt, library, manifest, OTHER, randomDescriptors } from '../search/library.ts';
import { indexed } from './events.ts';

async function groupsOf({ groups }: { groups: GroupStore }) {
  return (await groups.list(ACME, { limit: 100 })).items;
}
const idsOf = (group: { members: { image_id: ImageId }[] } | undefined) =>
  group?.members.map(({ image_id }) => image_id).sort();

describe('detectDuplicates', () => {
  test('groups an exact and an edited copy and publishes the members', async () => {
    const world = await library();
    const detect = detectDuplicates(world);
    const first = await world.add(embeddingAt(1, 1), { hash_sha256: 'a'.repeat(64) });
    expect(await detect(indexed(first))).toBeUndefined();
    const twin = await world.add(embeddingAt(1, 1), { hash_sha256: 'a'.repeat(64) });
    await detect(indexed(twin));
    expect((await groupsOf(world))[0]).toMatchObject({ verdict: 'exact', confidence: 1, version: 1 });
    const edited = await world.add(embeddingAt(0.8, 0.7), { width: 800, height: 600 });
    await detect(indexed(edited));

    const [group, ...others] = await groupsOf(world);
    expect(others).toEqual([]);
    expect(idsOf(group)).toEqual([first, twin, edited].sort());
    expect(group).toMatchObject({ verdict: 'edited_copy', version: 2 });
    expect(group?.confidence).toBeCloseTo(0.999);
    expect(world.publisher.events.map(({ id }) => id)).toEqual([
      `${group?.group_id}.v1.duplicates.found`,
      `${group?.group_id}.v2.duplicates.found`,
    ]);
    const published = DuplicatesFoundV1.parse(world.publisher.events[1]);
    expect(published.data).toMatchObject({ image_id: edited, suggested_keeper: edited });
    expect(published.data.members).toHaveLength(3);
    expect(published.correlationid).toBe('corr-1');
  });

  test('finds a half crop by geometric verification and rejects a look-alike', async () => {
    const world = await library();
    const crop = await world.add({ ...embeddingAt(0.5, 0.9), local: randomDescriptors(1) });
    await world.add({ ...embeddingAt(0.5, 0.9, 2), local: randomDescriptors(2) });
    const original = await world.add({ ...embeddingAt(1, 1), local: randomDescriptors(1) });
    const group = await detectDuplicates(world)(indexed(original));
    expect(idsOf(group)).toEqual([crop, original].sort());
  });

  test('uses the tenant’s search model and keeper rule', async () => {
    const world = await library();
    const other = { ...manifest, name: 'second' };
    await world.index.prepare(other.name, 256);
    const settings = { models: ['second', manifest.name], keeper_rule: 'age' as const };
    const ports = {
      ...world,
      manifests: [manifest, other] as const,
      tenants: { get: async () => ({ ...tenantNamed(ACME), settings }) },
    };
    /** Adds an image that is similar by the second model only. */
    const add = async (axis: number, models: string[]) => {
      const created_at = `2026-02-0${axis}T00:00:00.000Z`;
      const image = await world.add(embeddingAt(0.2, 0.2, axis), {
        models,
        file_size: 1000 * axis,
        created_at,
      });
      await world.imageStore.putVectors(ACME, image, 'second', embeddingAt(0.95, 0.9));
      const document = { imageId: image, storageLocation: 'uploads', format: 'jpeg' as const };
      const rest = { createdAt: '2026-03-01T12:00:00.000Z', metadata: {}, ...embeddingAt(0.95, 0.9) };
      await world.index.upsert(ACME, 'second', [{ ...document, ...rest }]);
      return image;
    };
    const early = await add(1, [manifest.name]);
    expect(await detectDuplicates(ports)(indexed(early))).toBeUndefined();
    const both = [await add(2, [manifest.name, 'second']), await add(3, [manifest.name, 'second'])];
    const group = await detectDuplicates(ports)(indexed(both[0] ?? early));
    expect(idsOf(group)).toEqual([early, ...both].sort());
    const published = DuplicatesFoundV1.parse(world.publisher.events[0]);
    expect(published.data.suggested_keeper).toBe(early); // by pixels and bytes it would be the last
  });

  test('lists the members that one event can have, the cause and the keeper among them, and their number', async () => {
    const world = await library();
    const detect = detectDuplicates(world);
    const record = { hash_sha256: 'a'.repeat(64), file_path: '\u0001'.repeat(1024) };
    const images: ImageId[] = [];
    for (let count = 0; count < 25; count++) {
      const image = await world.add(embeddingAt(1, 1), record);
      images.push(image);
      await detect(indexed(image));
    }
    const { data } = DuplicatesFoundV1.parse(world.publisher.events.at(-1));
    expect(data.members_total).toBe(25);
    expect(data.members.length).toBeGreaterThan(15);
    expect(data.members.length).toBeLessThan(25);
    const listed = data.members.map(({ image_id }) => image_id);
    expect(listed).toEqual(expect.arrayContaining([images.at(-1), data.suggested_keeper]));
  });

  test('is idempotent: a repeated event changes and publishes nothing', async () => {
    const world = await library();
    const images = [await world.add(embeddingAt(1, 1)), await world.add(embeddingAt(0.9, 1))];
    const detect = detectDuplicates(world);
    for (const image of images) await detect(indexed(image));
    const before = await groupsOf(world);
    for (const image of [...images, ...images]) await detect(indexed(image));
    expect(await groupsOf(world)).toEqual(before);
    expect(world.publisher.events).toHaveLength(1);
  });

  test('takes the mark of an image that waits for it, unless it is interrupted', async () => {
    const world = await library();
    const image = await world.add(embeddingAt(1, 1), { undetected: true });
    const recordOf = () => world.imageStore.get(ACME, image);
    const groups: GroupStore = {
      ...world.groups,
      groupsOf: async () => {
        throw new Problem('dependency_unavailable', 'the table is down');
      },
    };
    await world.add(embeddingAt(1, 1)); // a copy, with which it is to be grouped
    await expect(detectDuplicates({ ...world, groups })(indexed(image))).rejects.toThrow('down');
    expect(await recordOf()).toHaveProperty('undetected', true);
    await detectDuplicates(world)(indexed(image));
    expect(await recordOf()).not.toHaveProperty('undetected');
  });

  test('publishes the same id again if recording the publication failed', async () => {
    const world = await library();
    const images = [await world.add(embeddingAt(1, 1)), await world.add(embeddingAt(0.9, 1))];
    const markPublished = async () => {
      throw new Problem('dependency_unavailable', 'The version could not be recorded.');
    };
    const broken = detectDuplicates({ ...world, groups: { ...world.groups, markPublished } });
    for (const image of images) await expect(broken(indexed(image))).rejects.toThrow();
    for (const image of images) await detectDuplicates(world)(indexed(image));
    const ids = world.publisher.events.map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  test('never groups images of two tenants or purged images', async () => {
    const world = await library();
    const mine = await world.add(embeddingAt(1, 1), { hash_sha256: 'c'.repeat(64) });
    await world.add(embeddingAt(1, 1), { hash_sha256: 'c'.repeat(64) }, OTHER);
    const purged = await world.add(embeddingAt(0.99, 1));
    await world.imageStore.markPurged(ACME, purged, '2026-03-02T00:00:00.000Z');
    expect(await detectDuplicates(world)(indexed(mine))).toBeUndefined();
    expect(await detectDuplicates(world)(indexed(purged))).toBeUndefined();
    expect(await groupsOf(world)).toEqual([]);
  });

  test('removes an image from its group on redelivery if it was purged after an interrupted detection', async () => {
    const world = await library();
    const [stays, gone] = [await world.add(embeddingAt(1, 1)), await world.add(embeddingAt(0.9, 1))];
    const imageStore = {
      ...world.imageStore,
      getMany: async () => {
        throw new Problem('dependency_unavailable', 'The group was written, but the reply was lost.');
      },
    };
    await expect(detectDuplicates({ ...world, imageStore })(indexed(gone))).rejects.toThrow();
    await world.imageStore.markPurged(ACME, gone, '2026-03-02T00:00:00.000Z');
    expect(await detectDuplicates(world)(indexed(gone))).toBeUndefined();
    expect((await world.groups.groupsOf(ACME, [stays, gone])).size).toBe(0);
  });

  test('removes a copy that is purged while its group is written', async () => {
    const world = await library();
    const gone = await world.add(embeddingAt(1, 1));
    const stays = await world.add(embeddingAt(0.9, 1));
    const groups: GroupStore = {
      ...world.groups,
      async save(group) {
        await world.imageStore.markPurged(ACME, gone, '2026-03-02T00:00:00.000Z');
        return world.groups.save(group);
      },
    };
    expect(await detectDuplicates({ ...world, groups })(indexed(stays))).toBeUndefined();
    expect(await groupsOf(world)).toEqual([]);
    expect(world.publisher.events).toEqual([]);
  });

  test('groups copies that arrive concurrently, in any interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 2, max: 6 }),
        fc.boolean(),
        async (scheduler, count, redelivered) => {
          const world = await library();
          const slow = (groups: GroupStore): GroupStore => ({
            ...groups,
            get: scheduler.scheduleFunction(groups.get),
            groupsOf: scheduler.scheduleFunction(groups.groupsOf),
            save: scheduler.scheduleFunction(groups.save),
          });
          const index = { ...world.index, search: scheduler.scheduleFunction(world.index.search) };
          const detect = detectDuplicates({ ...world, index, groups: slow(world.groups) });
          const images: ImageId[] = [];
          const arrive = async (axis: number) => {
            await scheduler.schedule(Promise.resolve(), `image ${axis} arrives`);
            const image = await world.add(embeddingAt(0.95, 0.9, axis + 1));
            images.push(image);
            await detect(indexed(image));
            if (redelivered) await detect(indexed(image));
          };
          const arrivals = Array.from({ length: count }, (_, axis) => arrive(axis));
          await scheduler.waitFor(Promise.all(arrivals));

          const all = await groupsOf(world);
          expect(all).toHaveLength(1);
          expect(idsOf(all[0])).toEqual(images.sort());
          expect(all[0]?.members.filter(({ distance }) => distance === 0)).toHaveLength(1);
          for (const { distance } of all[0]?.members ?? []) expect(distance).toBeLessThanOrEqual(2);
          expect((await world.groups.groupsOf(ACME, images)).size).toBe(count);
          // each version is published under its own id, and the last one is published
          const published = new Set(world.publisher.events.map(({ id }) => id));
          const [{ group_id, version } = { group_id: '', version: 0 }] = all;
          const versions = Array.from(
            { length: version },
            (_, at) => `${group_id}.v${at + 1}.duplicates.found`,
          );
          expect(versions).toEqual(
            expect.arrayContaining([...published].filter((id) => id.startsWith(group_id))),
          );
          expect(published).toContain(versions.at(-1));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('never leaves an image in two groups or a group of one if joins and leaves are concurrent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 3, max: 5 }), async (scheduler, count) => {
        const world = await library();
        const groups: GroupStore = {
          ...world.groups,
          get: scheduler.scheduleFunction(world.groups.get),
          groupsOf: scheduler.scheduleFunction(world.groups.groupsOf),
          save: scheduler.scheduleFunction(world.groups.save),
        };
        const images: ImageId[] = [];
        for (let axis = 1; axis <= count; axis++) images.push(await world.add(embeddingAt(0.95, 0.9, axis)));
        const [first] = images;
        if (!first) return;
        const detect = detectDuplicates({ ...world, groups });
        const purge = async () => {
          await world.imageStore.markPurged(ACME, first, '2026-03-02T00:00:00.000Z');
          await world.index.remove(ACME, manifest.name, [first]);
          await leaveGroup({ groups })(ACME, first);
        };
        const tasks = [...images.map((image) => detect(indexed(image))), purge()];
        await scheduler.waitFor(Promise.all(tasks));

        const all = await groupsOf(world);
        const members = all.flatMap((group) => idsOf(group) ?? []);
        expect(new Set(members).size).toBe(members.length);
        expect(members).not.toContain(first);
        for (const group of all) {
          expect(group.members.length).toBeGreaterThanOrEqual(2);
          expect(group.members.filter(({ distance }) => distance === 0)).toHaveLength(1);
        }
        expect(members.sort()).toEqual(images.slice(1).sort());
      }),
      { numRuns: 60 },
    );
  });
});
