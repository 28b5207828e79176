import { type ImageId, imageId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageRecord } from './image-record.ts';
import type { ImageStore } from './image-store.ts';

/**
 * Splits records into those whose external id is free and those whose id another image has.
 * @param owners the images that have external ids, by external id
 */
export function splitByExternalId(
  records: readonly ImageRecord[],
  owners: ReadonlyMap<string, ImageId>,
): { free: ImageRecord[]; taken: Map<ImageId, ImageId> } {
  const owned = new Map(owners);
  const taken = new Map<ImageId, ImageId>();
  const free = records.filter(({ image_id, external_id }) => {
    if (external_id === undefined) return true;
    const owner = owned.get(external_id);
    if (owner === undefined) owned.set(external_id, image_id);
    else taken.set(image_id, owner);
    return owner === undefined;
  });
  return { free, taken };
}

export const externalIdTaken = (externalId: string, existing: ImageId): Problem =>
  new Problem(
    'conflict',
    `The external id ${externalId} belongs to the image ${existing}. Delete that image first, use another id, or call with ?on_conflict=return to get its record.`,
    { members: { existing_image_id: existing } },
  );

/** Returns the images that these results name as having the external id, by their ids. */
export const existingImages =
  ({ imageStore }: { imageStore: Pick<ImageStore, 'getMany'> }) =>
  async (tenant: TenantId, results: readonly unknown[]): Promise<Map<string, ImageRecord>> => {
    const ids = results.flatMap((result) => existingImageId(result) ?? []);
    const records = await imageStore.getMany(tenant, ids.map(imageId));
    return new Map(records.map((record) => [record.image_id, record]));
  };

/** Returns the id of the image that a problem names as having the external id. */
export const existingImageId = (result: unknown): string | undefined =>
  result instanceof Problem ? result.members.existing_image_id : undefined;
