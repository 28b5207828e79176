import type { Blobs } from '#shared/blobs/blobs.ts';
import type { ImageCatalog } from '#shared/catalog/images.ts';
import type { ImageId, TenantId } from '#shared/domain/ids.ts';
import type { ImageRecord } from '#shared/domain/image.ts';
import { Problem } from '#shared/domain/problems.ts';

/** How long a thumbnail's signed address can be used, in seconds. */
const THUMBNAIL_LIFETIME = 5 * 60;

/** What a caller hears of a picture that it has deleted. */
export const purgedProblem = ({ image_id, updated_at }: ImageRecord) =>
  new Problem('purged', `The picture ${image_id} was deleted at ${updated_at}.`);

/** @throws Problem `not_found`, also for another tenant's picture; `purged` */
export const findImage =
  ({ catalog }: { catalog: ImageCatalog }) =>
  async (tenant: TenantId, image: ImageId): Promise<ImageRecord> => {
    const record = await catalog.get(tenant, image);
    if (!record) throw new Problem('not_found', `There is no picture ${image}.`);
    if (record.status === 'purged') throw purgedProblem(record);
    return record;
  };

/**
 * A short-lived address of a picture's thumbnail.
 * @param size the thumbnail's bound in pixels
 * @throws Problem `not_found`, `purged`, or `image_not_ready` before validation has made one
 */
export const signThumbnail =
  (ports: { catalog: ImageCatalog; blobs: Blobs }) =>
  async (tenant: TenantId, image: ImageId, size: number): Promise<string> => {
    const record = await findImage(ports)(tenant, image);
    const thumbnail = record.thumbnails?.find((candidate) => candidate.size === size);
    if (!thumbnail)
      throw new Problem(
        'image_not_ready',
        `The picture ${image} is ${record.status}: it has no thumbnail of ${size} pixels.`,
      );
    return ports.blobs.presignDownload(tenant, thumbnail.key, THUMBNAIL_LIFETIME);
  };
