import type { ImageId, TenantId } from '#shared/kernel/ids.ts';

/** Keys of an image's objects in the images bucket. */
export const objectKeys = {
  /** The file that a form or a call has written; it may be overwritten until the form expires. */
  incoming: (tenant: TenantId, image: ImageId) => `incoming/${tenant}/${image}`,
  /** The image's file: written once, by validation. */
  upload: (tenant: TenantId, image: ImageId) => `uploads/${tenant}/${image}`,
  /** The prefix of all that is derived from the image. */
  derived: (tenant: TenantId, image: ImageId) => `derived/${tenant}/${image}/`,
  thumbnail: (tenant: TenantId, image: ImageId, size: number) => `derived/${tenant}/${image}/${size}.webp`,
  modelImage: (tenant: TenantId, image: ImageId) => `derived/${tenant}/${image}/input.png`,
} as const;
