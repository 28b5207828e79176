import { objectKeys } from '#shared/blobs/object-keys.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { DEFAULT_SETTINGS } from '#shared/kernel/settings.ts';

/** The keys of all that a picture can have in the store, but for the events about it. */
export interface Belongings {
  objects: string[];
  thumbnails: string[];
}

/** @param sizes the thumbnails that are known of; those of the default settings are looked for in any case */
export const belongingsOf = (
  tenant: TenantId,
  image: ImageId,
  sizes: readonly number[] = [],
): Belongings => ({
  objects: [objectKeys.upload(tenant, image), objectKeys.modelImage(tenant, image)],
  thumbnails: [...new Set([...DEFAULT_SETTINGS.thumbnail_sizes, ...sizes])].map((size) =>
    objectKeys.thumbnail(tenant, image, size),
  ),
});
