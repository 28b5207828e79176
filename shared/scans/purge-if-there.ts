import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { purgeImage } from '#shared/purges/purge-image.ts';

/** Purges an image; does nothing for one that never was. */
export const purgeIfThere = (ports: Parameters<typeof purgeImage>[0]) => {
  const purge = purgeImage(ports);
  return async (tenant: TenantId, image: ImageId): Promise<void> => {
    await purge(tenant, image).catch((error: unknown) => {
      if (!(error instanceof Problem && error.code === 'not_found')) throw error;
    });
  };
};
