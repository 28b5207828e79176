import { describe, expect, it } from 'vitest';
import type { PurgeReceipt } from '#shared/images/image-record.ts';
import { type ImageId, newImageId, newJobId } from '#shared/kernel/ids.ts';
import { deleteWithOriginal } from '#shared/scans/delete-original.ts';
import { fileOf } from '../../fixtures/byte-files.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { ACME, scanWorld } from './world.ts';

const NONE = { objects: 0, thumbnails: 0, vectors: 0, cache_entries: 0, events: 0 };

/** A location with two pictures that a scan has brought in. */
async function world() {
  const scanned = await scanWorld();
  const { storage, imageStore, library, scan } = scanned;
  for (const key of ['a.jpg', 'b.jpg']) storage.put(key, fileOf(3, 1));
  await scan();
  const [image = newImageId()] = (await library()).get('a.jpg') ?? [];
  const faults: { purge?: () => void } = {};
  const remove = deleteWithOriginal({
    ...scanned.portsWith(),
    async deleteImage(tenant, each): Promise<PurgeReceipt> {
      faults.purge?.();
      await imageStore.markPurged(tenant, each, '2026-11-21T00:00:00.000Z');
      return { image_id: each, deleted: NONE, completed_at: '2026-11-21T00:00:00.000Z' };
    },
  });
  const statusOf = async (each: ImageId) => (await imageStore.get(ACME, each))?.status;
  return { ...scanned, image, faults, statusOf, remove: (each = image) => remove(ACME, each) };
}

describe('an image that is deleted with its original', () => {
  it('goes with its object, and with what is known of it', async () => {
    const { remove, storage, statusOf, image, catalogue, location, scan } = await world();
    expect(await remove()).toMatchObject({ image_id: image, original: 'deleted' });
    expect([storage.keys(), await statusOf(image)]).toEqual([['b.jpg'], 'purged']);
    expect(catalogue.entries(ACME, location.storage_id).map(({ key }) => key)).toEqual(['b.jpg']);
    await expect(remove()).rejects.toMatchObject({ code: 'purged' });
    expect((await scan()).progress).toMatchObject({ listed: 1, same: 1 });
  });

  it('is deleted where its object is gone already', async () => {
    const { remove, storage, statusOf, image } = await world();
    storage.remove('a.jpg');
    expect(await remove()).toMatchObject({ original: 'absent' });
    expect(await statusOf(image)).toBe('purged');
  });

  it('stays if the credentials do not allow it', async () => {
    const { remove, storage, statusOf, image } = await world();
    storage.faults.readOnly = true;
    await expect(remove()).rejects.toMatchObject({ code: 'storage_access_denied' });
    expect([storage.keys(), await statusOf(image)]).toEqual([['a.jpg', 'b.jpg'], 'indexed']);
  });

  it('stays if its object is another picture by now, before a scan and after one', async () => {
    const { remove, storage, statusOf, image, scan } = await world();
    storage.put('a.jpg', fileOf(5, 1));
    await expect(remove()).rejects.toMatchObject({ code: 'object_changed' });
    expect([storage.keys(), await statusOf(image)]).toEqual([['a.jpg', 'b.jpg'], 'indexed']);
    await scan();
    await expect(remove()).rejects.toMatchObject({ code: 'purged' });
    expect(storage.keys()).toEqual(['a.jpg', 'b.jpg']);
  });

  it('goes on where it was interrupted', async () => {
    const { remove, faults, statusOf, image } = await world();
    faults.purge = () => {
      throw new Error('killed');
    };
    await expect(remove()).rejects.toThrow('killed');
    expect(await statusOf(image)).toBe('indexed');
    faults.purge = () => undefined;
    expect(await remove()).toMatchObject({ original: 'absent' });
    expect(await statusOf(image)).toBe('purged');
  });

  it('stays if its location is being removed', async () => {
    const { remove, storages, location, statusOf, image, storage } = await world();
    await storages.beginRemoval(ACME, location.storage_id, newJobId());
    await expect(remove()).rejects.toMatchObject({ code: 'conflict' });
    expect([storage.keys().length, await statusOf(image)]).toEqual([2, 'indexed']);
  });

  it('always goes with it if it was uploaded', async () => {
    const { remove, imageStore, storage } = await world();
    const image_id = newImageId();
    await imageStore.create({ ...announcedImage(), tenant_id: ACME, image_id, status: 'indexed' });
    expect(await remove(image_id)).toMatchObject({ original: 'deleted' });
    expect(storage.calls.remove).toBe(0);
  });
});
