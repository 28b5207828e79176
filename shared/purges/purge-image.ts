import type { Blobs } from '#shared/blobs/blobs.ts';
import type { GroupStore } from '#shared/duplicates/group-store.ts';
import { leaveGroup } from '#shared/duplicates/leave-group.ts';
import { purgedProblem } from '#shared/images/find-image.ts';
import { type ImageObjectKeys, imageObjectKeys } from '#shared/images/image-object-keys.ts';
import type { PurgeReceipt } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { SimilarityCache } from '#shared/search/similarity-cache.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';

interface Ports {
  imageStore: ImageStore;
  groups: GroupStore;
  blobs: Blobs;
  cache: Pick<SimilarityCache, 'naming' | 'remove'>;
  index: Pick<VectorIndex, 'models' | 'remove'>;
  now?: () => Date;
}

/** The keys of everything that a picture left in the store, and the answers to searches that name it. */
interface Remains {
  stored: ImageObjectKeys & { events: string[] };
  answers: string[];
}

/**
 * Removes a picture and all that came of it. Calling it again finishes what was interrupted, and gives the same
 * receipt.
 * @throws Problem `not_found`
 */
export const purgeImage =
  (ports: Ports) =>
  async (tenant: TenantId, image: ImageId): Promise<PurgeReceipt> => {
    const { imageStore, groups, blobs, cache, index } = ports;
    const record = await imageStore.get(tenant, image);
    if (!record) throw new Problem('not_found', `There is no picture ${image}.`);

    await imageStore.markPurged(tenant, image, timeOf(ports)); // from here on no step can bring it back
    const remains = await remainsOf(ports, tenant, image);
    const models = await index.models(); // all: it may have been on its way into one that its record does not name yet
    const receipt = await drawUp(ports, tenant, image, remains, models);
    await Promise.all(models.map((model) => index.remove(tenant, model, [image])));
    await imageStore.removeVectors(tenant, image);
    await leaveGroup({ groups })(tenant, image);
    await cache.remove(tenant, remains.answers);
    await blobs.remove(tenant, Object.values(remains.stored).flat());
    return receipt;
  };

/**
 * As `purgeImage`, for a caller who deletes: a purge that was interrupted is finished here.
 * @throws Problem `not_found`; `purged` where it was deleted before
 */
export const deleteImage =
  (ports: Ports) =>
  async (tenant: TenantId, image: ImageId): Promise<PurgeReceipt> => {
    const before = await ports.imageStore.get(tenant, image);
    const receipt = await purgeImage(ports)(tenant, image);
    if (before?.status === 'purged') throw purgedProblem(before);
    return receipt;
  };

/** The tombstone is read, not the record before it: validation may have been quicker than the purge. */
async function remainsOf({ imageStore, cache }: Ports, tenant: TenantId, image: ImageId): Promise<Remains> {
  const tombstone = await imageStore.get(tenant, image);
  const sizes = tombstone?.thumbnails?.map(({ size }) => size);
  const events = await imageStore.archivedKeys(tenant, image);
  return {
    stored: { ...imageObjectKeys(tenant, image, sizes), events },
    answers: await cache.naming(tenant, image),
  };
}

/** Counted before the first removal, so that a purge in two attempts counts no less than one in a single attempt. */
async function drawUp(
  ports: Ports,
  tenant: TenantId,
  image: ImageId,
  { stored: { objects, thumbnails, events }, answers }: Remains,
  models: readonly string[],
): Promise<PurgeReceipt> {
  const { imageStore, blobs } = ports;
  const before = await imageStore.getReceipt(tenant, image);
  if (before) return before;
  const present = async (keys: string[]) => {
    const sizes = await Promise.all(keys.map((key) => blobs.size(tenant, key)));
    return sizes.filter((size) => size !== undefined).length;
  };
  const vectors = await Promise.all(models.map((model) => imageStore.getVectors(tenant, [image], model)));
  const receipt = {
    image_id: image,
    deleted: {
      objects: await present(objects),
      thumbnails: await present(thumbnails),
      vectors: vectors.filter((found) => found.has(image)).length,
      cache_entries: answers.length,
      events: await present(events),
    },
    completed_at: timeOf(ports),
  };
  await imageStore.putReceipt(tenant, receipt);
  return receipt;
}

const timeOf = ({ now = () => new Date() }: Ports): string => now().toISOString();
