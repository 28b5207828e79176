import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import type { Imaging } from '#shared/imaging/imaging.ts';
import type { Raster } from '#shared/imaging/raster.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';

export interface ReadModelImagePorts {
  blobs: Pick<Blobs, 'get'>;
  imaging: Pick<Imaging, 'decodeModelImage'>;
}

/** Reads the model image of a stored image; undefined if the bucket has none. */
export async function readModelImage(
  { blobs, imaging }: ReadModelImagePorts,
  tenant: TenantId,
  image: ImageId,
): Promise<Raster | undefined> {
  const bytes = await blobs.get(tenant, objectKeys.modelImage(tenant, image));
  return bytes && imaging.decodeModelImage(bytes);
}
