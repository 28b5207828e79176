import type { ImageStore } from '#shared/images/image-store.ts';
import type { StorageRemoval } from '#shared/jobs/job.ts';
import type { JobWriter } from '#shared/jobs/job-writer.ts';
import type { JobRunner } from '#shared/jobs/run-job.ts';
import type { ImageId, StorageId, TenantId } from '#shared/kernel/ids.ts';
import type { SecretStore } from '#shared/secrets/secret-store.ts';
import { removeCredentials } from '#shared/storages/location-secrets.ts';
import type { StorageStore } from '#shared/storages/storage-store.ts';

export interface RemoveStoragePorts {
  storages: Pick<StorageStore, 'remove'>;
  secrets: Pick<SecretStore, 'remove'>;
  images: Pick<ImageStore, 'list'>;
  /** Deletes an image and all data derived from it; can be repeated. */
  purge(tenant: TenantId, image: ImageId): Promise<unknown>;
  /** Forgets some of the location's objects. @returns how many; 0 when none are left */
  forgetObjects(tenant: TenantId, storage: StorageId): Promise<number>;
  now?: () => Date;
}

/** Images of one part of the work: some seconds. */
const PAGE = 20;
/** Seconds in which imports in flight may still bring an image in: then comes another pass, until one finds none. */
const SETTLE_SECONDS = 30;

type Writer = JobWriter<StorageRemoval>;

/**
 * Removes a storage location that is `removing`, page by page: its images, if that is wanted, what is known of its objects,
 * its secret, and last itself. The tenant's own objects stay.
 */
export const removeStorage = (ports: RemoveStoragePorts): JobRunner<'storage_removal'> => ({
  retries: 'job',
  advance(writer) {
    return writer.job.step === 'delete' ? deletePage(ports, writer) : forgetSome(ports, writer);
  },
});

/** Notes the images before it deletes them: one whose deletion was interrupted is in no list any more. */
async function deletePage({ images, purge }: RemoveStoragePorts, writer: Writer): Promise<number> {
  const { owner, storage_id, progress, cursor, met = 0, pending } = writer.job;
  if (pending) {
    for (const image of pending) await purge(owner, image);
    const deleted = (progress.images ?? 0) + pending.length;
    await writer.write({ progress: { ...progress, images: deleted }, pending: undefined });
    return writer.job.cursor === undefined ? SETTLE_SECONDS : 0;
  }
  const page = await images.list(owner, {
    storageLocation: storage_id,
    ascending: true,
    limit: PAGE,
    ...(cursor !== undefined && { cursor }),
  });
  const found = page.items.map(({ image_id }) => image_id);
  const isEmptyPass = page.nextCursor === undefined && met + found.length === 0;
  await writer.write({
    ...(found.length > 0 && { pending: found }),
    cursor: page.nextCursor,
    met: page.nextCursor === undefined ? 0 : met + found.length,
    step: isEmptyPass ? 'forget' : 'delete',
  });
  return 0;
}

async function forgetSome(ports: RemoveStoragePorts, writer: Writer): Promise<number | 'done'> {
  const { storages, secrets, forgetObjects, now = () => new Date() } = ports;
  const { owner, storage_id, progress } = writer.job;
  const forgotten = await forgetObjects(owner, storage_id);
  if (forgotten > 0) {
    await writer.write({ progress: { ...progress, objects: (progress.objects ?? 0) + forgotten } });
    return 0;
  }
  await removeCredentials(secrets, owner, storage_id);
  await storages.remove(owner, storage_id);
  await writer.write({ status: 'completed', step: 'done', finished_at: now().toISOString() });
  return 'done';
}
