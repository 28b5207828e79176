import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scan } from '#shared/jobs/job.ts';
import { newStorageId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { fileOf } from '../../fixtures/byte-files.ts';
import { ACME, scanWorld } from './world.ts';

const WITH_EVENTS = { events: { bus_arn: 'arn:aws:events:eu-central-1:1:event-bus/acme' } };
const worldWithEvents = (options: Parameters<typeof scanWorld>[0] = {}) =>
  scanWorld({ ...options, location: { ...WITH_EVENTS, ...options.location } });

type World = Awaited<ReturnType<typeof scanWorld>>;
const jobsOf = async ({ jobs }: World): Promise<Scan[]> =>
  (await jobs.list({ owner: ACME }, { limit: 100 })).items.flatMap((job) =>
    job.kind === 'scan' && job.source === 'events' ? job : [],
  );
const stateOf = (world: World, key: string) =>
  world.catalogue.entries(ACME, world.location.storage_id).find((each) => each.key === key)?.state;

describe('an event of a tenant’s bucket', () => {
  it('brings in what is new and changed, without a listing', async () => {
    const world = await worldWithEvents();
    const { storage, event, settle, library, imageStore } = world;
    storage.put('a.jpg', fileOf(3, 1));
    storage.put('b.jpg', fileOf(3, 1));
    for (const key of ['a.jpg', 'b.jpg']) expect(await event(key)).toBe('noted');
    await settle();
    expect([...(await library()).keys()].sort()).toEqual(['a.jpg', 'b.jpg']);
    const [old] = (await library()).get('a.jpg') ?? [];
    storage.put('a.jpg', fileOf(5, 1));
    await event('a.jpg');
    await settle();
    const [image, ...more] = (await library()).get('a.jpg') ?? [];
    expect([image !== old, more]).toEqual([true, []]);
    expect(old && (await imageStore.get(ACME, old))?.status).toBe('purged');
    expect(storage.calls.pages).toBe(0);
    expect((await jobsOf(world)).map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect((await world.scan()).progress).toMatchObject({ listed: 2, same: 2 });
  });

  it('that is repeated, late or out of order changes nothing', async () => {
    const world = await worldWithEvents();
    const { storage, event, settle, library } = world;
    storage.put('a.jpg', fileOf(3, 1));
    for (let i = 0; i < 3; i += 1) await event('a.jpg');
    await world.steps.deliverJob(0, true);
    await event('a.jpg'); // while it is imported
    await settle();
    const before = await library();
    const opened = storage.calls.open;
    await event('a.jpg'); // the deletion of a version before, say
    await settle();
    expect(await library()).toEqual(before);
    expect(storage.calls.open).toBe(opened);
    const [latest] = await jobsOf(world);
    expect(latest?.progress).toMatchObject({ listed: 1, indexed: 0 });
  });

  it('makes an object missing only if the storage says that it is not there', async () => {
    const world = await worldWithEvents();
    const { storage, event, settle, hidden, library } = world;
    storage.put('a.jpg', fileOf(3, 1));
    storage.put('b.jpg', fileOf(3, 1));
    await world.scan();
    storage.remove('a.jpg');
    for (const key of ['a.jpg', 'b.jpg', 'never.jpg']) await event(key);
    await settle();
    expect([stateOf(world, 'a.jpg'), stateOf(world, 'b.jpg'), hidden.size]).toEqual([
      'missing',
      'indexed',
      1,
    ]);
    expect(stateOf(world, 'never.jpg')).toBeUndefined();
    expect((await library()).size).toBe(2); // hidden, not deleted
    const [job] = await jobsOf(world);
    expect(job?.progress).toMatchObject({ missing: 1 });
    storage.put('a.jpg', fileOf(4, 1));
    await event('a.jpg');
    await settle();
    expect([stateOf(world, 'a.jpg'), (await library()).get('a.jpg')?.length]).toEqual(['indexed', 1]);
  });

  it('of an object that returns as it was shows its image again, within one job', async () => {
    const world = await worldWithEvents();
    const { storage, event, steps, hidden } = world;
    storage.put('a.jpg', fileOf(3, 1));
    await event('a.jpg');
    await steps.deliverJob(0);
    await steps.deliverImport(0);
    await steps.pipeline();
    await steps.deliverJob(0);
    storage.faults.stating = () => 'absent';
    await event('a.jpg');
    await steps.deliverJob(0);
    expect([stateOf(world, 'a.jpg'), hidden.size]).toEqual(['missing', 1]);
    storage.faults.stating = () => undefined;
    await event('a.jpg');
    const opened = storage.calls.open;
    await world.settle();
    expect([stateOf(world, 'a.jpg'), hidden.size, storage.calls.open]).toEqual(['indexed', 0, opened]);
    expect(await jobsOf(world)).toHaveLength(1);
  });

  it('is confirmed by a listing where the storage refuses to say that a key is not there', async () => {
    const world = await worldWithEvents();
    const { storage, event, settle } = world;
    for (const key of ['a.jpg', 'a.jpg.old.jpg', 'b.jpg']) storage.put(key, fileOf(3, 1));
    await world.scan();
    storage.remove('a.jpg');
    storage.faults.stating = () => {
      throw new Problem('storage_access_denied', '403');
    };
    for (const key of ['a.jpg', 'b.jpg']) await event(key);
    await settle();
    expect([stateOf(world, 'a.jpg'), stateOf(world, 'b.jpg')]).toEqual(['missing', 'indexed']);
  });

  it('waits until an object has arrived that is on its way, and then reads what it became', async () => {
    const world = await worldWithEvents();
    const { storage, event, steps, settle, library } = world;
    storage.put('a.jpg', fileOf(3, 1));
    await event('a.jpg');
    await steps.deliverJob(0);
    await steps.deliverImport(0); // read, not indexed yet
    storage.put('a.jpg', fileOf(6, 1));
    await event('a.jpg');
    await steps.deliverJob(0);
    expect(stateOf(world, 'a.jpg')).toBe('queued');
    await settle();
    const [entry] = world.catalogue.entries(ACME, world.location.storage_id);
    expect([entry?.state, entry?.size]).toEqual(['indexed', 6]);
    expect([...(await library()).values()].flat()).toHaveLength(1);
  });

  it('is sent again if its job died before it sent it, also while others come', async () => {
    const world = await worldWithEvents();
    const { storage, event, steps, messages, imports, clock } = world;
    storage.put('a.jpg', fileOf(3, 1));
    await event('a.jpg');
    await steps.deliverJob(0, false, { at: 10, when: 'after' });
    expect([stateOf(world, 'a.jpg'), imports.length]).toEqual(['queued', 0]);
    const died = clock.now;
    for (let i = 0; stateOf(world, 'a.jpg') === 'queued' && messages.length > 0 && i < 1_000; i += 1) {
      storage.put('b.jpg', fileOf(4 + i, 1));
      await event('b.jpg');
      await steps.deliverImport(0);
      await steps.pipeline();
      await steps.deliverJob(0);
    }
    expect(stateOf(world, 'a.jpg')).toBe('indexed');
    expect(clock.now - died).toBeLessThan(11 * 60_000);
  });

  it('is skipped as a scan would skip it, and fails as it would fail', async () => {
    const world = await worldWithEvents({ location: { exclude: ['private/**'], prefix: '' } });
    storage(world, { 'private/a.jpg': 1, 'film.mp4': 1, 'broken.jpg': 2 });
    for (const key of world.storage.keys()) await world.event(key);
    await world.settle();
    const [job] = await jobsOf(world);
    expect(job?.skipped).toEqual({ filtered: 1, file_type: 1 });
    expect(job?.progress).toMatchObject({ failed: 1, indexed: 0 });
    expect(job?.errors).toMatchObject([{ path: 'broken.jpg', code: 'truncated' }]);
  });

  it('of no location, of one without events, of a key outside, or of a tenant that is not active, changes nothing', async () => {
    const world = await worldWithEvents({ location: { prefix: 'in/' } });
    world.storage.put('out/a.jpg', fileOf(3, 1));
    world.storage.put('in/a.jpg', fileOf(3, 1));
    expect(await world.event('out/a.jpg')).toBe('dropped');
    expect(await world.event('in/a.jpg', newStorageId())).toBe('dropped');
    world.owner.state = 'suspended';
    expect(await world.event('in/a.jpg')).toBe('dropped');
    world.owner.state = 'active';
    await world.storages.change(ACME, world.location.storage_id, { events: undefined });
    expect(await world.event('in/a.jpg')).toBe('dropped');
    expect(await world.catalogue.changed(ACME, world.location.storage_id, 10)).toEqual([]);
    expect(await jobsOf(world)).toEqual([]);
  });

  it('is handled by one job that lingers, and by the next once that takes no more', async () => {
    const world = await worldWithEvents();
    const { event, clock } = world;
    for (let i = 0; i < 30; i += 1) world.storage.put(`${i}.jpg`, fileOf(3, 1));
    await event('0.jpg');
    await event('1.jpg');
    expect(world.messages).toHaveLength(1);
    await world.settle();
    expect(clock.now - Date.parse('2026-11-20T00:00:00.000Z')).toBeGreaterThan(5 * 60_000);
    await event('2.jpg');
    await world.settle();
    expect(await jobsOf(world)).toHaveLength(2);
    expect((await world.library()).size).toBe(3);
  });

  it('never loses an object, whenever it comes, with jobs that die anywhere and scans beside them', async () => {
    const crash = fc.option(
      fc.record({
        at: fc.integer({ min: 1, max: 40 }),
        when: fc.constantFrom('before' as const, 'after' as const),
      }),
      { nil: undefined },
    );
    const step = fc.oneof(
      fc.record({ do: fc.constant('job' as const), position: fc.nat(3), keep: fc.boolean(), crash }),
      fc.record({ do: fc.constant('import' as const), position: fc.nat(9), keep: fc.boolean(), crash }),
      fc.record({ do: fc.constant('pipeline' as const) }),
      fc.record({ do: fc.constant('put' as const), key: fc.nat(7) }),
      fc.record({ do: fc.constant('remove' as const), key: fc.nat(7) }),
      fc.record({ do: fc.constant('scan' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 50 }), async (steps) => {
        const world = await worldWithEvents({ pageSize: 3, location: { on_missing: 'keep' } });
        let size = 2;
        for (const each of steps) {
          const died = 'crash' in each ? each.crash : undefined;
          if (each.do === 'job') await world.steps.deliverJob(each.position, each.keep, died);
          if (each.do === 'import') await world.steps.deliverImport(each.position, each.keep, died);
          if (each.do === 'pipeline') await world.steps.pipeline();
          if (each.do === 'scan') await world.start().catch(() => undefined);
          if (each.do !== 'put' && each.do !== 'remove') continue;
          size += 1;
          if (each.do === 'put') world.storage.put(`${each.key}.jpg`, fileOf(size, 1));
          else world.storage.remove(`${each.key}.jpg`);
          await world.event(`${each.key}.jpg`);
        }
        await world.settle();
        const opened = world.storage.calls.open;
        const job = await world.scan();
        expect([job.status, job.progress.queued ?? 0, world.storage.calls.open]).toEqual([
          'completed',
          0,
          opened,
        ]);
        const library = await world.library();
        const there = world.storage.keys();
        for (const key of there) expect(library.get(key)).toHaveLength(1);
        const entries = world.catalogue.entries(ACME, world.location.storage_id);
        for (const { key, state } of entries)
          expect([key, state]).toEqual([key, there.includes(key) ? 'indexed' : 'missing']);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

function storage({ storage: memory }: World, files: Record<string, number>) {
  for (const [key, kind] of Object.entries(files)) memory.put(key, fileOf(3, kind));
}
