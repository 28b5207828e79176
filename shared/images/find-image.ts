import type { Blobs } from '#shared/blobs/blobs.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageRecord, Thumbnail } from './image-record.ts';
import type { ImageStore } from './image-store.ts';

/** How long a thumbnail's signed address can be used, in seconds. */
const THUMBNAIL_LIFETIME = 5 * 60;

/** What a caller hears of a picture that it has deleted. */
export const purgedProblem = ({ image_id, updated_at }: ImageRecord) =>
  new Problem('purged', `The picture ${image_id} was deleted at ${updated_at}.`);

/** @throws Problem `not_found`, also for another tenant's picture; `purged` */
export const findImage =
  ({ imageStore }: { imageStore: ImageStore }) =>
  async (tenant: TenantId, image: ImageId): Promise<ImageRecord> => {
    const record = await imageStore.get(tenant, image);
    if (!record) throw new Problem('not_found', `There is no picture ${image}.`);
    if (record.status === 'purged') throw purgedProblem(record);
    return record;
  };

/** The longer side of a list's thumbnails, in pixels. */
const USUAL_SIZE = 256;

/**
 * A short-lived address of a picture's thumbnail.
 * @param size the thumbnail's bound in pixels; without one, 256 or the nearest that the picture has
 * @throws Problem `not_found`, `purged`, `image_not_ready` before validation has made one, or `invalid_request` where the
 *   picture has none of that size
 */
export const signThumbnail =
  (ports: { imageStore: ImageStore; blobs: Blobs }) =>
  async (tenant: TenantId, image: ImageId, size?: number): Promise<string> => {
    const record = await findImage(ports)(tenant, image);
    const [nearest, ...others] = (record.thumbnails ?? []).toSorted(
      (one, other) => distance(one, size) - distance(other, size),
    );
    if (!nearest)
      throw new Problem('image_not_ready', `The picture ${image} is ${record.status}: it has no thumbnail.`);
    if (size !== undefined && nearest.size !== size) throw noSuchSize(image, size, [nearest, ...others]);
    return ports.blobs.presignDownload(tenant, nearest.key, THUMBNAIL_LIFETIME);
  };

const distance = (thumbnail: Thumbnail, size = USUAL_SIZE): number => Math.abs(thumbnail.size - size);

function noSuchSize(image: ImageId, size: number, thumbnails: readonly Thumbnail[]): Problem {
  const sizes = thumbnails.map((thumbnail) => thumbnail.size).sort((one, other) => one - other);
  const message = `must be one of ${sizes.join(', ')}`;
  return new Problem(
    'invalid_request',
    `The picture ${image} has no thumbnail of ${size} pixels: the size ${message}.`,
    { errors: [{ pointer: '/query/size', message }] },
  );
}
