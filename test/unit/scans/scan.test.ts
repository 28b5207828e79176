import { describe, expect, it } from 'vitest';
import { fileOf } from '../../fixtures/byte-files.ts';
import { ACME, scanWorld } from './world.ts';

const BROKEN = 2;

describe('a scan', () => {
  it('brings in every picture, and says of each other object why not', async () => {
    const { storage, scan, library, errors, blobs } = await scanWorld();
    for (let i = 0; i < 10; i += 1) storage.put(`a/${i}.jpg`, fileOf(3, 1));
    storage.put('a/broken.jpg', fileOf(3, BROKEN));
    storage.put('a/', new Uint8Array());
    storage.put('a/empty.jpg', new Uint8Array());
    storage.put('a/cold.jpg', fileOf(3, 1), { archived: true });
    storage.put('a/film.mp4', fileOf(3, 1));
    storage.put('b/no extension', fileOf(3, 1));
    const job = await scan();
    expect(job.status).toBe('completed');
    expect(job.progress).toMatchObject({
      listed: 16,
      new: 12,
      queued: 12,
      indexed: 11,
      failed: 1,
      skipped: 4,
    });
    expect(job.skipped).toEqual({ folder_marker: 1, empty: 1, archived_object: 1, file_type: 1 });
    expect(job.progress).toMatchObject({ total: 16, percent: 100 });
    expect(job.errors).toEqual([{ path: 'a/broken.jpg', code: 'truncated', detail: 'The file is cut.' }]);
    expect(job.errors_count).toBe(1);
    expect((await errors.list(ACME, job.job_id, { limit: 10 })).items).toHaveLength(1);
    expect([...(await library()).keys()].sort()).toContain('b/no extension');
    expect((await library()).size).toBe(11);
    expect(blobs.keys(ACME, 'uploads')).toEqual([]); // no original is copied
  });

  it('reads no object and writes nothing of the catalogue the second time', async () => {
    const { storage, scan, catalogue } = await scanWorld();
    for (let i = 0; i < 9; i += 1) storage.put(`${i}.jpg`, fileOf(3, i === 4 ? BROKEN : 1));
    await scan();
    const [opened, writes] = [storage.calls.open, catalogue.writes()];
    const job = await scan();
    expect(job.progress).toMatchObject({ listed: 9, same: 9, indexed: 0 });
    expect([storage.calls.open, catalogue.writes()]).toEqual([opened, writes]);
  });

  it('brings in what is added and changed, in place of what was there', async () => {
    const { storage, scan, library, imageStore } = await scanWorld();
    for (let i = 0; i < 9; i += 1) storage.put(`${i}.jpg`, fileOf(3, 1));
    await scan();
    const before = await library();
    storage.put('3.jpg', fileOf(4, 3));
    storage.put('new.jpg', fileOf(3, 1));
    const job = await scan();
    expect(job.progress).toMatchObject({ new: 1, changed: 1, same: 8, indexed: 2 });
    const after = await library();
    expect(after.size).toBe(10);
    expect([...after.values()].every((images) => images.length === 1)).toBe(true);
    expect(after.get('3.jpg')).not.toEqual(before.get('3.jpg'));
    const [old] = before.get('3.jpg') ?? [];
    expect(old && (await imageStore.get(ACME, old))?.status).toBe('purged');
  });

  it('keeps the image of an object that becomes unreadable', async () => {
    const { storage, scan, library } = await scanWorld();
    storage.put('a.jpg', fileOf(3, 1));
    await scan();
    const before = await library();
    storage.put('a.jpg', fileOf(3, BROKEN));
    expect((await scan()).progress).toMatchObject({ changed: 1, failed: 1 });
    expect(await library()).toEqual(before);
    storage.put('a.jpg', fileOf(4, 1));
    expect((await scan()).progress).toMatchObject({ changed: 1, indexed: 1 });
    expect([...(await library()).values()].flat()).toHaveLength(1);
  });

  it('leaves a deleted image deleted until its object changes', async () => {
    const { storage, scan, library, imageStore } = await scanWorld();
    storage.put('a.jpg', fileOf(3, 1));
    await scan();
    const [image] = (await library()).get('a.jpg') ?? [];
    if (image) await imageStore.markPurged(ACME, image, '2026-11-21T00:00:00.000Z');
    expect((await scan()).progress).toMatchObject({ same: 1 });
    expect((await library()).size).toBe(0);
    storage.put('a.jpg', fileOf(4, 1));
    expect((await scan()).progress).toMatchObject({ changed: 1, indexed: 1 });
    expect((await library()).size).toBe(1);
  });

  it('reads again what changed between its listing and its reading', async () => {
    const { storage, scan, library } = await scanWorld();
    storage.put('a.jpg', fileOf(3, 1));
    let once = true;
    storage.faults.opening = (key) => {
      if (once) storage.put(key, fileOf(5, 1));
      once = false;
    };
    expect((await scan()).progress).toMatchObject({ new: 1, indexed: 1 });
    expect((await scan()).progress).toMatchObject({ same: 1 });
    expect([...(await library()).values()].flat()).toHaveLength(1);
  });

  it('says what it would do in a dry run, and does nothing', async () => {
    const { storage, scan, catalogue, library, location, storages } = await scanWorld();
    storage.put('a.jpg', fileOf(3, 1));
    storage.put('b.jpg', fileOf(5, 1));
    const job = await scan({ dry_run: true });
    expect(job.progress).toMatchObject({ new: 2, get_calls: 2, bytes: 8, list_calls: 2 });
    expect([catalogue.writes(), storage.calls.open, (await library()).size]).toEqual([0, 0, 0]);
    expect(await storages.get(ACME, location.storage_id)).toEqual(location);
  });

  it('lists only what its filters let through', async () => {
    const { storage, scan, library } = await scanWorld({
      location: { include: ['**/*.jpg'], exclude: ['x/private/**'], prefix: 'x/' },
    });
    for (const key of ['x/1.jpg', 'x/2.png', 'x/private/3.jpg', 'x/deep/4.jpg', 'y/5.jpg'])
      storage.put(key, fileOf(3, 1));
    expect((await scan()).skipped).toEqual({ filtered: 2 });
    expect([...(await library()).keys()].sort()).toEqual(['x/1.jpg', 'x/deep/4.jpg']);
  });

  it('does not go below its folder unless it may, and ends at its limit', async () => {
    const { storage, scan, library } = await scanWorld();
    for (let i = 0; i < 9; i += 1) storage.put(`${i}.jpg`, fileOf(3, 1));
    storage.put('deep/1.jpg', fileOf(3, 1));
    expect((await scan({ limit: 3 })).progress).toMatchObject({ queued: 3, indexed: 3 });
    expect((await scan({ recursive: false })).skipped).toEqual({ in_subfolder: 1 });
    expect((await library()).size).toBe(9);
  });

  it('waits where the tenant’s uploads a minute are used up, and fails nothing', async () => {
    const { storage, scan, clock, library } = await scanWorld({ plan: 'free' });
    for (let i = 0; i < 12; i += 1) storage.put(`${i}.jpg`, fileOf(3, 1));
    const start = clock.now;
    expect((await scan()).progress).toMatchObject({ queued: 12, indexed: 12, failed: 0 });
    expect((await library()).size).toBe(12);
    expect(clock.now - start).toBeGreaterThan(60_000);
  });

  it('has at most 1 000 objects of a tenant in flight', async () => {
    const { storage, start, steps, catalogue, imports, settle, scanOf } = await scanWorld({ pageSize: 600 });
    for (let i = 0; i < 1_300; i += 1) storage.put(`${String(i).padStart(4, '0')}.jpg`, fileOf(3, 1));
    const { job_id } = await start();
    await steps.deliverJob(0);
    expect([await catalogue.countQueued(ACME), imports.length]).toEqual([1_000, 1_000]);
    expect((await scanOf(job_id)).waiting).toBeDefined();
    await settle();
    expect((await scanOf(job_id)).progress).toMatchObject({ listed: 1_300, indexed: 1_300 });
  });

  it('is cancelled: what was not begun is as if it had never been listed', async () => {
    const { storage, start, steps, cancel, settle, imports, library, catalogue, location, scan } =
      await scanWorld();
    for (let i = 0; i < 8; i += 1) storage.put(`${i}.jpg`, fileOf(3, 1));
    const { job_id } = await start();
    await steps.deliverJob(0);
    await steps.deliverImport(0);
    await cancel(job_id);
    await settle();
    expect(imports).toEqual([]);
    expect((await library()).size).toBe(1);
    expect(catalogue.entries(ACME, location.storage_id)).toHaveLength(1);
    expect((await scan()).progress).toMatchObject({ same: 1, new: 7, indexed: 7 });
    expect([...(await library()).values()].flat()).toHaveLength(8);
  });

  it('is cancelled within ten seconds, also while it waits', async () => {
    const { storage, start, steps, cancel, clock, messages, scanOf, settle } = await scanWorld();
    for (let i = 0; i < 8; i += 1) storage.put(`${i}.jpg`, fileOf(3, 1));
    const { job_id } = await start();
    await steps.deliverJob(0); // everything is queued, and nothing arrives
    const at = clock.now;
    await cancel(job_id);
    expect((await scanOf(job_id)).status).toBe('cancelled');
    expect(messages.some((message) => message.job === job_id && message.at <= at + 10_000)).toBe(true);
    await settle();
    expect((await scanOf(job_id)).status).toBe('cancelled');
  });

  it('waits where the quota is full, says so, and goes on once there is room', async () => {
    const { storage, start, steps, owner, scanOf, settle, library } = await scanWorld();
    for (let i = 0; i < 6; i += 1) storage.put(`${i}.jpg`, fileOf(3, 1));
    owner.limits = { stored_images: 4 };
    const { job_id } = await start();
    for (let i = 0; i < 6; i += 1) {
      await steps.deliverJob(0);
      for (let j = 0; j < 6; j += 1) await steps.deliverImport(0);
      await steps.pipeline();
    }
    expect(await scanOf(job_id)).toMatchObject({ status: 'running', waiting: 'waiting_for_quota' });
    expect([(await library()).size, (await scanOf(job_id)).progress.failed]).toEqual([4, 0]);
    owner.limits = { stored_images: 10 };
    await settle();
    const job = await scanOf(job_id);
    expect([job.status, job.waiting, job.progress.indexed]).toEqual(['completed', undefined, 6]);
  });

  it('sends a message again whose import did not come back for ten minutes', async () => {
    const { storage, start, steps, imports, clock, settle, scanOf } = await scanWorld();
    storage.put('a.jpg', fileOf(3, 1));
    const { job_id } = await start();
    await steps.deliverJob(0);
    const [lost] = imports.splice(0);
    const at = clock.now;
    while (imports.length === 0) await steps.deliverJob(0);
    expect(clock.now - at).toBeGreaterThanOrEqual(10 * 60_000);
    expect(clock.now - at).toBeLessThan(11 * 60_000);
    expect(imports.map(({ message }) => message)).toEqual([lost?.message]);
    await settle();
    expect((await scanOf(job_id)).progress).toMatchObject({ indexed: 1, failed: 0 });
  });

  it('tells its rate and when it ends, once the last scan tells how much there is', async () => {
    const { storage, scan, start, steps, clock, scanOf } = await scanWorld({ pageSize: 4 });
    for (let i = 0; i < 12; i += 1) storage.put(`${String(i).padStart(2, '0')}.jpg`, fileOf(3, 1));
    await scan();
    for (let i = 0; i < 4; i += 1) storage.put(`0${i}.jpg`, fileOf(4, 1));
    const { job_id } = await start();
    await steps.deliverJob(0);
    expect((await scanOf(job_id)).progress).toMatchObject({ total: 12, percent: 66 });
    clock.now += 30_000;
    for (let i = 0; i < 4; i += 1) await steps.deliverImport(0);
    await steps.pipeline();
    await steps.deliverJob(0);
    const { rate_per_s = 0, eta_s, percent } = (await scanOf(job_id)).progress;
    expect(rate_per_s).toBeGreaterThan(0);
    expect([eta_s, percent]).toEqual([0, 100]);
  });

  it('returns the scan that runs, and refuses another', async () => {
    const { start, scanOf } = await scanWorld();
    const { job_id } = await start();
    expect((await start()).job_id).toBe(job_id);
    await expect(start({ full: true })).rejects.toMatchObject({ code: 'conflict' });
    expect((await scanOf(job_id)).status).toBe('queued');
    await expect(start({ prefix: 'a/', recursive: true })).rejects.toMatchObject({ code: 'conflict' });
  });
});
