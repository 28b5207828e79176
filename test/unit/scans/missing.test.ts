import { describe, expect, it } from 'vitest';
import { compareKeys } from '#shared/scans/compare-objects.ts';
import { fileOf } from '../../fixtures/byte-files.ts';
import { ACME, scanWorld } from './world.ts';

async function fullWorld(count: number, fields: Parameters<typeof scanWorld>[0] = {}) {
  const world = await scanWorld({ pageSize: 50, ...fields });
  for (let i = 0; i < count; i += 1) world.storage.put(`${String(i).padStart(4, '0')}.jpg`, fileOf(3, 1));
  await world.scan();
  const statesOf = () => world.catalogue.entries(ACME, world.location.storage_id).map(({ state }) => state);
  return { ...world, missing: () => statesOf().filter((state) => state === 'missing').length };
}

describe('an object that is gone', () => {
  it('is missing once two complete scans have not met it, and its image is hidden, not deleted', async () => {
    const { storage, scan, missing, library, hidden } = await fullWorld(20);
    storage.remove('0003.jpg');
    storage.remove('0019.jpg'); // behind the last key that is listed
    expect((await scan()).progress).toMatchObject({ absent: 2 });
    expect(missing()).toBe(0);
    expect(hidden.size).toBe(0);
    expect((await scan()).progress).toMatchObject({ absent: 2, gone: 2, missing: 2 });
    expect(missing()).toBe(2);
    expect(hidden.size).toBe(2);
    expect((await library()).size).toBe(20);
  });

  it('returns without being read again if it is the same', async () => {
    const { storage, scan, missing, hidden } = await fullWorld(5);
    const faults = storage.faults;
    faults.page = (page) => (page === 0 ? undefined : 'end');
    const kept = storage.keys();
    storage.faults.page = () => undefined;
    expect(kept).toHaveLength(5);
    // the listing lacks it twice, though it is there
    const [key = ''] = kept;
    const bytes = fileOf(3, 1);
    storage.remove(key);
    await scan();
    await scan();
    expect([missing(), hidden.size]).toEqual([1, 1]);
    const opened = storage.calls.open;
    storage.put(key, bytes); // another token: it is read again, and replaces the hidden image
    const job = await scan();
    expect(job.progress).toMatchObject({ changed: 1, indexed: 1 });
    expect(storage.calls.open).toBe(opened + 1);
    expect(missing()).toBe(0);
  });

  it('is not missing if it is met in between', async () => {
    const { storage, scan, missing } = await fullWorld(60, { pageSize: 50 });
    storage.faults.page = (page) => (page === 1 ? 'end' : undefined); // a listing that ends early
    expect((await scan()).progress).toMatchObject({ listed: 50, absent: 10 });
    storage.faults.page = () => undefined;
    expect((await scan()).progress).toMatchObject({ listed: 60, same: 60 });
    storage.faults.page = (page) => (page === 1 ? 'end' : undefined);
    await scan();
    expect(missing()).toBe(0);
  });

  it('comes back as it was where the storage had hidden it', async () => {
    const { storage, scan, missing, hidden } = await fullWorld(60, { pageSize: 50 });
    storage.faults.page = (page) => (page === 1 ? 'end' : undefined);
    await scan();
    await scan();
    expect([missing(), hidden.size]).toEqual([10, 10]);
    const opened = storage.calls.open;
    storage.faults.page = () => undefined;
    expect((await scan()).progress).toMatchObject({ same: 60, restored: 10 });
    expect([missing(), hidden.size, storage.calls.open]).toEqual([0, 0, opened]);
  });

  it('is not missing by an empty listing: a person is asked', async () => {
    const { storage, scan, missing, catalogue, storages, location } = await fullWorld(8);
    const writes = catalogue.writes();
    storage.faults.page = () => 'end';
    for (let i = 0; i < 3; i += 1) {
      const job = await scan();
      expect([job.status, job.progress.listed ?? 0]).toEqual(['needs_confirmation', 0]);
    }
    expect([missing(), catalogue.writes()]).toEqual([0, writes]);
    expect((await storages.get(ACME, location.storage_id))?.last_scan?.status).toBe('needs_confirmation');
    storage.faults.page = () => undefined;
    expect((await scan()).progress).toMatchObject({ same: 8 });
  });

  it('waits for a confirmation if more than 5 % and more than 100 are gone', async () => {
    const { storage, scan, missing, confirm, settle, scanOf } = await fullWorld(300);
    for (const key of storage.keys().slice(0, 101)) storage.remove(key);
    expect((await scan()).status).toBe('completed');
    const job = await scan();
    expect([job.status, job.progress.gone]).toEqual(['needs_confirmation', 101]);
    expect(missing()).toBe(0);
    await confirm(job.job_id);
    await settle();
    const confirmed = await scanOf(job.job_id);
    expect([confirmed.status, confirmed.progress.missing, missing()]).toEqual(['completed', 101, 101]);
    await expect(confirm(job.job_id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('does not wait for 100', async () => {
    const { storage, scan, missing } = await fullWorld(300);
    for (const key of storage.keys().slice(0, 100)) storage.remove(key);
    await scan();
    expect((await scan()).status).toBe('completed');
    expect(missing()).toBe(100);
  });

  it('goes after the days that the location says', async () => {
    const { storage, scan, library, clock, hidden } = await fullWorld(5, {
      location: { on_missing: 'delete_after_days', days: 7 },
    });
    storage.remove('0002.jpg');
    await scan();
    await scan();
    expect(hidden.size).toBe(1); // until then
    clock.now += 6 * 24 * 3_600_000;
    await scan();
    expect((await library()).size).toBe(5);
    clock.now += 2 * 24 * 3_600_000;
    expect((await scan()).progress).toMatchObject({ purged: 1 });
    expect((await library()).size).toBe(4);
  });

  it('is found on a server that lists in an order of its own', async () => {
    const order = (one: string, other: string) => compareKeys(other, one);
    const { storage, scan, missing, library, storages, location } = await fullWorld(30, {
      order,
      pageSize: 7,
    });
    expect((await storages.get(ACME, location.storage_id))?.unordered).toBe(true);
    expect((await library()).size).toBe(30);
    storage.remove('0003.jpg');
    storage.put('new.jpg', fileOf(3, 1));
    expect((await scan()).progress).toMatchObject({ listed: 30, new: 1, same: 29, absent: 1, indexed: 1 });
    const opened = storage.calls.open;
    expect((await scan()).progress).toMatchObject({ same: 30, missing: 1 });
    expect([missing(), storage.calls.open]).toEqual([1, opened]);
    storage.put('0003.jpg', fileOf(3, 1));
    expect((await scan()).progress).toMatchObject({ changed: 1, indexed: 1 });
    expect(missing()).toBe(0);
  });

  it('is judged by scans of the whole location alone', async () => {
    const { storage, scan, missing } = await fullWorld(9);
    storage.remove('0003.jpg');
    for (let i = 0; i < 3; i += 1) await scan({ prefix: '0' });
    expect(missing()).toBe(0);
  });

  it('does not end the listing if the storage fails in the middle', async () => {
    const { storage, scan, missing } = await fullWorld(120, { pageSize: 50 });
    let failures = 0;
    storage.faults.page = (page) => {
      if (page !== 1 || failures > 2) return undefined;
      failures += 1;
      throw new Error('the connection is cut');
    };
    for (let i = 0; i < 2; i += 1) {
      failures = 0;
      await scan().catch(() => undefined);
    }
    expect(missing()).toBe(0);
  });
});
