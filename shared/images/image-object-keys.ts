import { objectKeys } from '#shared/blobs/object-keys.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { DEFAULT_SETTINGS } from '#shared/kernel/settings.ts';

/** Keys of an image's objects, archived events excepted. */
export interface ImageObjectKeys {
  objects: string[];
  thumbnails: string[];
}

/**
 * Returns the keys of all objects that an image can have.
 * @param sizes known thumbnail sizes in pixels; the default settings' sizes are added
 */
export const imageObjectKeys = (
  tenant: TenantId,
  image: ImageId,
  sizes: readonly number[] = [],
): ImageObjectKeys => ({
  objects: [
    objectKeys.incoming(tenant, image),
    objectKeys.upload(tenant, image),
    objectKeys.modelImage(tenant, image),
  ],
  thumbnails: [...new Set([...DEFAULT_SETTINGS.thumbnail_sizes, ...sizes])].map((size) =>
    objectKeys.thumbnail(tenant, image, size),
  ),
});
