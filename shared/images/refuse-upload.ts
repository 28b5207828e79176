import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import { imageObjectKeys } from './image-object-keys.ts';
import { type Failure, type ImageRecord, isRefused, isRefusedForGood } from './image-record.ts';
import type { ImageStore } from './image-store.ts';
import { failImage } from './reject-image.ts';

interface Ports {
  imageStore: Pick<ImageStore, 'get' | 'refuse' | 'noteFailure' | 'release'>;
  blobs: Pick<Blobs, 'bucket' | 'remove' | 'discard'>;
  publisher: EventPublisher;
  now?: () => Date;
}

/** `discarded`: the image has another file already. */
export type UploadOutcome = 'handled' | 'discarded';

/**
 * Fails an image whose file is refused, removes the file and all that was derived from it, and gives back its quota. If
 * another file was admitted meanwhile, that one stays.
 * @param sizes the thumbnail sizes that the image can have
 */
export const refuseUpload =
  (ports: Ports) =>
  async (
    tenant: TenantId,
    image: ImageId,
    failure: Failure,
    original: unknown,
    sizes: readonly number[],
  ): Promise<UploadOutcome> => {
    const before = await ports.imageStore.get(tenant, image);
    const failed = failImage({
      ...ports,
      imageStore: { ...ports.imageStore, fail: ports.imageStore.refuse },
    });
    await failed(tenant, image, failure, original, before?.correlation_id ?? image);
    return removeRefused(ports, tenant, image, sizes, await ports.imageStore.get(tenant, image));
  };

/** Removes what an image that is gone or refused must not keep; of any other, the file that awaits validation. */
export async function removeRefused(
  ports: Pick<Ports, 'imageStore' | 'blobs'>,
  tenant: TenantId,
  image: ImageId,
  sizes: readonly number[],
  record: ImageRecord | undefined,
): Promise<UploadOutcome> {
  if (!record || record.status === 'purged') return removeAll(ports, tenant, image, sizes);
  if (!isRefused(record)) return discardIncoming(ports, tenant, image);
  // An upload of a file beyond the quota anew may be on its way.
  if (isRefusedForGood(record)) await removeAll(ports, tenant, image, sizes);
  else await discardIncoming(ports, tenant, image);
  await ports.imageStore.release(tenant, image);
  return 'handled';
}

/** Removes a file that is not, or no longer, needed for validation. */
export async function discardIncoming(
  { blobs }: { blobs: Pick<Blobs, 'remove'> },
  tenant: TenantId,
  image: ImageId,
): Promise<UploadOutcome> {
  const removed = await blobs.remove(tenant, [objectKeys.incoming(tenant, image)]);
  return removed > 0 ? 'discarded' : 'handled';
}

async function removeAll(
  { blobs }: { blobs: Pick<Blobs, 'discard'> },
  tenant: TenantId,
  image: ImageId,
  sizes: readonly number[],
): Promise<UploadOutcome> {
  const { objects, thumbnails } = imageObjectKeys(tenant, image, sizes);
  await blobs.discard(tenant, [...objects, ...thumbnails]);
  return 'handled';
}
