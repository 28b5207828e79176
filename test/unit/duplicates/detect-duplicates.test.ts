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
  test('puts an exact and an edited copy into one group, and tells who is in it', async () => {
    const shelf = await library();
    const detect = detectDuplicates(shelf);
    const first = await shelf.add(embeddingAt(1, 1), { hash_sha256: 'a'.repeat(64) });
    expect(await detect(indexed(first))).toBeUndefined();
    const twin = await shelf.add(embeddingAt(1, 1), { hash_sha256: 'a'.repeat(64) });
    await detect(indexed(twin));
    expect((await groupsOf(shelf))[0]).toMatchObject({ verdict: 'exact', confidence: 1, version: 1 });
    const edited = await shelf.add(embeddingAt(0.8, 0.7), { width: 800, height: 600 });
    await detect(indexed(edited));

    const [group, ...others] = await groupsOf(shelf);
    expect(others).toEqual([]);
    expect(idsOf(group)).toEqual([first, twin, edited].sort());
    expect(group).toMatchObject({ verdict: 'edited_copy', version: 2 });
    expect(group?.confidence).toBeCloseTo(0.999);
    expect(shelf.publisher.events.map(({ id }) => id)).toEqual([
      `${group?.group_id}.v1.duplicates.found`,
      `${group?.group_id}.v2.duplicates.found`,
    ]);
    const told = DuplicatesFoundV1.parse(shelf.publisher.events[1]);
    expect(told.data).toMatchObject({ image_id: edited, suggested_keeper: edited });
    expect(told.data.members).toHaveLength(3);
    expect(told.correlationid).toBe('corr-1');
  });

  test('finds a half crop by geometry, and leaves a look-alike alone', async () => {
    const shelf = await library();
    const crop = await shelf.add({ ...embeddingAt(0.5, 0.9), local: randomDescriptors(1) });
    await shelf.add({ ...embeddingAt(0.5, 0.9, 2), local: randomDescriptors(2) });
    const original = await shelf.add({ ...embeddingAt(1, 1), local: randomDescriptors(1) });
    const group = await detectDuplicates(shelf)(indexed(original));
    expect(idsOf(group)).toEqual([crop, original].sort());
  });

  test('looks by the model that the tenant’s searches use, and suggests a keeper by the tenant’s rule', async () => {
    const shelf = await library();
    const other = { ...manifest, name: 'second' };
    await shelf.index.prepare(other.name, 256);
    const settings = { models: ['second', manifest.name], keeper_rule: 'age' as const };
    const ports = {
      ...shelf,
      manifests: [manifest, other] as const,
      tenants: { get: async () => ({ ...tenantNamed(ACME), settings }) },
    };
    /** Alike by the second model alone. */
    const add = async (axis: number, models: string[]) => {
      const created_at = `2026-02-0${axis}T00:00:00.000Z`;
      const image = await shelf.add(embeddingAt(0.2, 0.2, axis), {
        models,
        file_size: 1000 * axis,
        created_at,
      });
      await shelf.imageStore.putVectors(ACME, image, 'second', embeddingAt(0.95, 0.9));
      const document = { imageId: image, storageLocation: 'uploads', format: 'jpeg' as const };
      const rest = { createdAt: '2026-03-01T12:00:00.000Z', metadata: {}, ...embeddingAt(0.95, 0.9) };
      await shelf.index.upsert(ACME, 'second', [{ ...document, ...rest }]);
      return image;
    };
    const early = await add(1, [manifest.name]);
    expect(await detectDuplicates(ports)(indexed(early))).toBeUndefined();
    const both = [await add(2, [manifest.name, 'second']), await add(3, [manifest.name, 'second'])];
    const group = await detectDuplicates(ports)(indexed(both[0] ?? early));
    expect(idsOf(group)).toEqual([early, ...both].sort());
    const told = DuplicatesFoundV1.parse(shelf.publisher.events[0]);
    expect(told.data.suggested_keeper).toBe(early); // by its pixels and bytes it would be the last
  });

  test('told again, changes nothing and tells nothing', async () => {
    const shelf = await library();
    const images = [await shelf.add(embeddingAt(1, 1)), await shelf.add(embeddingAt(0.9, 1))];
    const detect = detectDuplicates(shelf);
    for (const image of images) await detect(indexed(image));
    const before = await groupsOf(shelf);
    for (const image of [...images, ...images]) await detect(indexed(image));
    expect(await groupsOf(shelf)).toEqual(before);
    expect(shelf.publisher.events).toHaveLength(1);
  });

  test('tells again under the same id where it broke off before it had noted that', async () => {
    const shelf = await library();
    const images = [await shelf.add(embeddingAt(1, 1)), await shelf.add(embeddingAt(0.9, 1))];
    const markTold = async () => {
      throw new Problem('dependency_unavailable', 'It was told, and nobody noted it.');
    };
    const broken = detectDuplicates({ ...shelf, groups: { ...shelf.groups, markTold } });
    for (const image of images) await expect(broken(indexed(image))).rejects.toThrow();
    for (const image of images) await detectDuplicates(shelf)(indexed(image));
    const ids = shelf.publisher.events.map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  test('never joins pictures of two tenants, nor purged ones', async () => {
    const shelf = await library();
    const mine = await shelf.add(embeddingAt(1, 1), { hash_sha256: 'c'.repeat(64) });
    await shelf.add(embeddingAt(1, 1), { hash_sha256: 'c'.repeat(64) }, OTHER);
    const purged = await shelf.add(embeddingAt(0.99, 1));
    await shelf.imageStore.markPurged(ACME, purged, '2026-03-02T00:00:00.000Z');
    expect(await detectDuplicates(shelf)(indexed(mine))).toBeUndefined();
    expect(await detectDuplicates(shelf)(indexed(purged))).toBeUndefined();
    expect(await groupsOf(shelf)).toEqual([]);
  });

  test('a picture that is purged after its detection broke off leaves its group by the redelivery', async () => {
    const shelf = await library();
    const [stays, gone] = [await shelf.add(embeddingAt(1, 1)), await shelf.add(embeddingAt(0.9, 1))];
    const imageStore = {
      ...shelf.imageStore,
      getMany: async () => {
        throw new Problem('dependency_unavailable', 'The group is written, and nobody heard.');
      },
    };
    await expect(detectDuplicates({ ...shelf, imageStore })(indexed(gone))).rejects.toThrow();
    await shelf.imageStore.markPurged(ACME, gone, '2026-03-02T00:00:00.000Z');
    expect(await detectDuplicates(shelf)(indexed(gone))).toBeUndefined();
    expect((await shelf.groups.groupsOf(ACME, [stays, gone])).size).toBe(0);
  });

  test('a copy that is purged while its group is written does not stay in it', async () => {
    const shelf = await library();
    const gone = await shelf.add(embeddingAt(1, 1));
    const stays = await shelf.add(embeddingAt(0.9, 1));
    const groups: GroupStore = {
      ...shelf.groups,
      async save(group) {
        await shelf.imageStore.markPurged(ACME, gone, '2026-03-02T00:00:00.000Z');
        return shelf.groups.save(group);
      },
    };
    expect(await detectDuplicates({ ...shelf, groups })(indexed(stays))).toBeUndefined();
    expect(await groupsOf(shelf)).toEqual([]);
    expect(shelf.publisher.events).toEqual([]);
  });

  test('copies that arrive in the same second end in one group, whatever the order of things', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 2, max: 6 }),
        fc.boolean(),
        async (scheduler, count, redelivered) => {
          const shelf = await library();
          const slow = (groups: GroupStore): GroupStore => ({
            ...groups,
            get: scheduler.scheduleFunction(groups.get),
            groupsOf: scheduler.scheduleFunction(groups.groupsOf),
            save: scheduler.scheduleFunction(groups.save),
          });
          const index = { ...shelf.index, search: scheduler.scheduleFunction(shelf.index.search) };
          const detect = detectDuplicates({ ...shelf, index, groups: slow(shelf.groups) });
          const images: ImageId[] = [];
          const arrive = async (axis: number) => {
            await scheduler.schedule(Promise.resolve(), `picture ${axis} arrives`);
            const image = await shelf.add(embeddingAt(0.95, 0.9, axis + 1));
            images.push(image);
            await detect(indexed(image));
            if (redelivered) await detect(indexed(image));
          };
          const arrivals = Array.from({ length: count }, (_, axis) => arrive(axis));
          await scheduler.waitFor(Promise.all(arrivals));

          const all = await groupsOf(shelf);
          expect(all).toHaveLength(1);
          expect(idsOf(all[0])).toEqual(images.sort());
          expect(all[0]?.members.filter(({ distance }) => distance === 0)).toHaveLength(1);
          for (const { distance } of all[0]?.members ?? []) expect(distance).toBeLessThanOrEqual(2);
          expect((await shelf.groups.groupsOf(ACME, images)).size).toBe(count);
          // each version of it is told under an id of its own, and the last one is told
          const told = new Set(shelf.publisher.events.map(({ id }) => id));
          const [{ group_id, version } = { group_id: '', version: 0 }] = all;
          const versions = Array.from(
            { length: version },
            (_, at) => `${group_id}.v${at + 1}.duplicates.found`,
          );
          expect(versions).toEqual(expect.arrayContaining([...told].filter((id) => id.startsWith(group_id))));
          expect(told).toContain(versions.at(-1));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('joining and leaving at once never leaves a picture in two groups, nor a group of one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 3, max: 5 }), async (scheduler, count) => {
        const shelf = await library();
        const groups: GroupStore = {
          ...shelf.groups,
          get: scheduler.scheduleFunction(shelf.groups.get),
          groupsOf: scheduler.scheduleFunction(shelf.groups.groupsOf),
          save: scheduler.scheduleFunction(shelf.groups.save),
        };
        const images: ImageId[] = [];
        for (let axis = 1; axis <= count; axis++) images.push(await shelf.add(embeddingAt(0.95, 0.9, axis)));
        const [first] = images;
        if (!first) return;
        const detect = detectDuplicates({ ...shelf, groups });
        const purge = async () => {
          await shelf.imageStore.markPurged(ACME, first, '2026-03-02T00:00:00.000Z');
          await shelf.index.remove(ACME, manifest.name, [first]);
          await leaveGroup({ groups })(ACME, first);
        };
        const tasks = [...images.map((image) => detect(indexed(image))), purge()];
        await scheduler.waitFor(Promise.all(tasks));

        const all = await groupsOf(shelf);
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
