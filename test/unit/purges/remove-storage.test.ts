import { describe, expect, it } from 'vitest';
import type { Job } from '#shared/jobs/job.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import { type ImageId, newImageId, newStorageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { purgeImage } from '#shared/purges/purge-image.ts';
import { removeStorage } from '#shared/purges/remove-storage.ts';
import { startStorageRemoval } from '#shared/purges/start-storage-removal.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { storageLocation } from '../../fixtures/storage-location.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryBucketEvents } from '../../memory/bucket-events.ts';
import { memoryGroupStore } from '../../memory/group-store.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryJobQueue } from '../../memory/job-queue.ts';
import { memoryJobStore } from '../../memory/job-store.ts';
import { memorySecretStore } from '../../memory/secret-store.ts';
import { memorySimilarityCache } from '../../memory/similarity-cache.ts';
import { memoryStorageStore } from '../../memory/storage-store.ts';
import { memoryVectorIndex } from '../../memory/vector-index.ts';

const [acme, other] = [tenantId('acme'), tenantId('other')];

/** A location with a secret, three objects that are known, and `count` images; and an image that is elsewhere. */
async function world(count: number) {
  let time = Date.parse('2026-11-02T10:00:00.000Z');
  const now = () => new Date(time);
  const [jobs, queue] = [memoryJobStore(), memoryJobQueue()];
  const [storages, secrets, images] = [memoryStorageStore(), memorySecretStore(), memoryImageStore()];
  const purge = purgeImage({
    imageStore: images,
    groups: memoryGroupStore(),
    blobs: memoryBlobs(),
    cache: memorySimilarityCache(() => time),
    index: memoryVectorIndex(),
    now,
  });
  const location = storageLocation({ tenant_id: acme, storage_id: newStorageId() });
  const { storage_id } = location;
  const path = `storage/${storage_id}` as const;
  await storages.add(acme, location, 10);
  await secrets.put(acme, path, 'x');
  const add = async (storage_location: string): Promise<ImageId> => {
    const image_id = newImageId();
    await images.create({
      ...announcedImage(),
      tenant_id: acme,
      image_id,
      status: 'indexed',
      storage_location,
    });
    return image_id;
  };
  for (let made = 0; made < count; made++) await add(storage_id);
  const elsewhere = await add('uploads');
  let objects = 3;
  const faults: { purge?: (tenant: TenantId, image: ImageId) => Promise<void> } = {};
  const events = memoryBucketEvents();
  const ports = { jobs, queue, storages, events, now };
  const run = runJob<'storage_removal'>({
    ...{ jobs, queue, now },
    runners: {
      storage_removal: removeStorage({
        ...{ storages, secrets, images, now },
        async purge(tenant, image) {
          await faults.purge?.(tenant, image);
          return purge(tenant, image);
        },
        async forgetObjects() {
          const forgotten = Math.min(objects, 2);
          objects -= forgotten;
          return forgotten;
        },
      }),
    },
    budgetSeconds: 30,
  });
  const of = async (storageLocation: string) =>
    (await images.list(acme, { storageLocation, limit: 1000 })).items.map(({ image_id }) => image_id);
  return {
    ...{ jobs, queue, storages, events, secrets, images, location, path, elsewhere, faults, add, of },
    start: startStorageRemoval(ports),
    /** Delivers messages until there are none, each after its delay. */
    async deliver(): Promise<void> {
      for (let message = queue.sent.shift(); message; message = queue.sent.shift()) {
        time += message.delaySeconds * 1000;
        await run(message.job).catch(() => undefined);
      }
    },
    jobOf: async (job: Job) => jobs.get(job.job_id),
  };
}

describe('the removal of a storage location', () => {
  it('keeps its images, and forgets its objects, its secret and itself', async () => {
    const { start, deliver, jobOf, storages, secrets, location, of } = await world(3);
    const job = await start(acme, location.storage_id, 'keep');
    expect((await storages.get(acme, location.storage_id))?.state).toBe('removing');
    await deliver();
    expect(await jobOf(job)).toMatchObject({ status: 'completed', progress: { objects: 3 }, owner: acme });
    expect(await storages.get(acme, location.storage_id)).toBeUndefined();
    expect(await secrets.count(acme)).toBe(0);
    expect(await of(location.storage_id)).toHaveLength(3);
  });

  it('deletes its images, page by page, and no others', async () => {
    const { start, deliver, jobOf, storages, secrets, location, of, elsewhere } = await world(45);
    const job = await start(acme, location.storage_id, 'delete');
    await deliver();
    const progress = { images: 45, objects: 3 };
    expect(await jobOf(job)).toMatchObject({ status: 'completed', progress, errors: [] });
    expect(await of(location.storage_id)).toEqual([]);
    expect(await of('uploads')).toEqual([elsewhere]);
    expect(await storages.get(acme, location.storage_id)).toBeUndefined();
    expect(await secrets.count(acme)).toBe(0);
  });

  it('deletes an image that is brought in meanwhile', async () => {
    const { start, deliver, jobOf, location, of, add, faults } = await world(2);
    let brought = 0;
    faults.purge = async () => {
      if (brought++ === 0) await add(location.storage_id);
    };
    const job = await start(acme, location.storage_id, 'delete');
    await deliver();
    expect(await jobOf(job)).toMatchObject({ status: 'completed', progress: { images: 3 } });
    expect(await of(location.storage_id)).toEqual([]);
  });

  it('finishes the deletion of an image that was interrupted', async () => {
    const { start, deliver, jobOf, location, images, faults } = await world(3);
    const purged: ImageId[] = [];
    faults.purge = async (tenant, image) => {
      purged.push(image);
      if (purged.length > 1) return;
      await images.markPurged(tenant, image, '2026-11-02T10:00:00.000Z');
      throw new Problem('dependency_unavailable', 'The database does not answer.');
    };
    const job = await start(acme, location.storage_id, 'delete');
    await deliver();
    expect(await jobOf(job)).toMatchObject({ status: 'completed', progress: { images: 3 } });
    expect(purged.slice(1)).toContain(purged[0]);
    for (const image of purged) expect(await images.getReceipt(acme, image)).toBeDefined();
  });

  it('is one job, which a repeated request starts again after it has failed', async () => {
    const { start, deliver, jobOf, location, storages, faults } = await world(1);
    faults.purge = () => Promise.reject(new Error('broken'));
    const job = await start(acme, location.storage_id, 'delete');
    expect((await start(acme, location.storage_id, 'keep')).job_id).toBe(job.job_id);
    await deliver();
    expect(await jobOf(job)).toMatchObject({ status: 'failed' });
    expect(await storages.get(acme, location.storage_id)).toMatchObject({ state: 'removing' });
    delete faults.purge;
    expect((await start(acme, location.storage_id, 'delete')).job_id).toBe(job.job_id);
    await deliver();
    expect(await jobOf(job)).toMatchObject({ status: 'completed', progress: { images: 1 } });
    await expect(start(acme, location.storage_id, 'keep')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is of the tenant’s own locations', async () => {
    const { start, location, storages, queue } = await world(1);
    const foreign = start(other, location.storage_id, 'delete');
    await expect(foreign).rejects.toMatchObject({ code: 'not_found' });
    expect((await storages.get(acme, location.storage_id))?.state).toBe('active');
    expect(queue.sent).toEqual([]);
  });
});
