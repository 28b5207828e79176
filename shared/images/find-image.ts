import type { Blobs } from '#shared/blobs/blobs.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageRecord, Thumbnail } from './image-record.ts';
import type { ImageStore } from './image-store.ts';

/** Seconds for which a signed thumbnail URL is valid. */
const THUMBNAIL_LIFETIME = 5 * 60;

/** The problem reported for a deleted image. */
export const purgedProblem = ({ image_id, updated_at }: ImageRecord) =>
  new Problem('purged', `The image ${image_id} was deleted at ${updated_at}.`);

/** @throws Problem `not_found`, also for another tenant's image; `purged` */
export const findImage =
  ({ imageStore }: { imageStore: Pick<ImageStore, 'get'> }) =>
  async (tenant: TenantId, image: ImageId): Promise<ImageRecord> => {
    const record = await imageStore.get(tenant, image);
    if (!record) throw new Problem('not_found', `There is no image ${image}.`);
    if (record.status === 'purged') throw purgedProblem(record);
    return record;
  };

/** The longer side of thumbnails in lists, in pixels. */
const DEFAULT_SIZE = 256;

/**
 * Signs a short-lived URL of an image's thumbnail.
 * @param size the bound of the longer side in pixels; by default the available size nearest to 256
 * @throws Problem `not_found`; `purged`; `image_not_ready` before validation; `invalid_request` if the image has no
 *   thumbnail of that size
 */
export const signThumbnail =
  (ports: { imageStore: ImageStore; blobs: Blobs }) =>
  async (tenant: TenantId, image: ImageId, size?: number): Promise<string> => {
    const record = await findImage(ports)(tenant, image);
    const [nearest, ...others] = (record.thumbnails ?? []).toSorted(
      (one, other) => distance(one, size) - distance(other, size),
    );
    if (!nearest)
      throw new Problem('image_not_ready', `The image ${image} is ${record.status}: it has no thumbnail.`);
    if (size !== undefined && nearest.size !== size) throw unavailableSize(image, size, [nearest, ...others]);
    return ports.blobs.presignDownload(tenant, nearest.key, THUMBNAIL_LIFETIME);
  };

const distance = (thumbnail: Thumbnail, size = DEFAULT_SIZE): number => Math.abs(thumbnail.size - size);

function unavailableSize(image: ImageId, size: number, thumbnails: readonly Thumbnail[]): Problem {
  const sizes = thumbnails.map((thumbnail) => thumbnail.size).sort((one, other) => one - other);
  const message = `must be one of ${sizes.join(', ')}`;
  return new Problem(
    'invalid_request',
    `The image ${image} has no thumbnail of ${size} pixels: the size ${message}.`,
    { errors: [{ pointer: '/query/size', message }] },
  );
}
