import type { ImageId, TenantId } from '#shared/kernel/ids.ts';

/** Keys of an image's objects in the images bucket. */
export const objectKeys = {
  upload: (tenant: TenantId, image: ImageId) => `uploads/${tenant}/${image}`,
  thumbnail: (tenant: TenantId, image: ImageId, size: number) => `derived/${tenant}/${image}/${size}.webp`,
  modelImage: (tenant: TenantId, image: ImageId) => `derived/${tenant}/${image}/input.png`,
} as const;
