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

/** The object keys of an image, and the keys of cached search results that have it. */
interface Remains {
  stored: ImageObjectKeys & { events: string[] };
  cached: string[];
}

/**
 * Removes an image and all data derived from it. Repeating it finishes an interrupted purge, and returns the same receipt.
 * @throws Problem `not_found`
 */
export const purgeImage =
  (ports: Ports) =>
  async (tenant: TenantId, image: ImageId): Promise<PurgeReceipt> => {
    const { imageStore, groups, blobs, cache, index } = ports;
    const record = await imageStore.get(tenant, image);
    if (!record) throw new Problem('not_found', `There is no image ${image}.`);

    await imageStore.markPurged(tenant, image, timeOf(ports)); // from here on no step can restore it
    const remains = await remainsOf(ports, tenant, image);
    const models = await index.models(); // all: the image may be on its way into one that its record does not list yet
    const receipt = await issueReceipt(ports, tenant, image, remains, models);
    await Promise.all(models.map((model) => index.remove(tenant, model, [image])));
    await imageStore.removeVectors(tenant, image);
    await leaveGroup({ groups })(tenant, image);
    await cache.remove(tenant, remains.cached);
    await blobs.remove(tenant, Object.values(remains.stored).flat());
    return receipt;
  };

/**
 * Purges an image on a caller's request; also finishes an interrupted purge.
 * @throws Problem `not_found`; `purged` if the image was deleted before
 */
export const deleteImage =
  (ports: Ports) =>
  async (tenant: TenantId, image: ImageId): Promise<PurgeReceipt> => {
    const before = await ports.imageStore.get(tenant, image);
    const receipt = await purgeImage(ports)(tenant, image);
    if (before?.status === 'purged') throw purgedProblem(before);
    return receipt;
  };

/** Reads the tombstone, not the record before it: validation may have added thumbnails before the purge. */
async function remainsOf({ imageStore, cache }: Ports, tenant: TenantId, image: ImageId): Promise<Remains> {
  const tombstone = await imageStore.get(tenant, image);
  const sizes = tombstone?.thumbnails?.map(({ size }) => size);
  const events = await imageStore.archivedKeys(tenant, image);
  return {
    stored: { ...imageObjectKeys(tenant, image, sizes), events },
    cached: await cache.naming(tenant, image),
  };
}

/** Counts before the first removal, so that an interrupted purge counts no less than an uninterrupted one. */
async function issueReceipt(
  ports: Ports,
  tenant: TenantId,
  image: ImageId,
  { stored: { objects, thumbnails, events }, cached }: Remains,
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
      vectors: vectors.filter((byImage) => byImage.has(image)).length,
      cache_entries: cached.length,
      events: await present(events),
    },
    completed_at: timeOf(ports),
  };
  await imageStore.putReceipt(tenant, receipt);
  return receipt;
}

const timeOf = ({ now = () => new Date() }: Ports): string => now().toISOString();
