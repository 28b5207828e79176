import * as z from 'zod';
import { type LimitOverrides, limitsOf, type PlanName } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { UPLOADS } from './image-record.ts';

/** Admitted images of a tenant and the bytes of their files; exact. */
export const Stored = z.object({ images: z.number(), bytes: z.number() });
export type Stored = z.infer<typeof Stored>;

/** Returns the bytes that count of an image's file: none of one that stays in the tenant's own storage. */
export const countedBytes = ({ storage_location }: { storage_location: string }, size: number): number =>
  storage_location === UPLOADS ? size : 0;

export const NOTHING_STORED: Stored = { images: 0, bytes: 0 };

interface Owner {
  plan?: PlanName;
  limits?: LimitOverrides;
  settings?: { models?: readonly string[] | undefined };
}

/** Returns the storage quota of a plan with the tenant's own overrides: images of which there is room for all vectors. */
export function quotaOf({ plan = 'free', limits, settings }: Owner): Stored {
  const { stored_images, storage_bytes, vectors } = limitsOf(plan, limits);
  const models = Math.max(1, settings?.models?.length ?? 0);
  return { images: Math.min(stored_images, Math.floor(vectors / models)), bytes: storage_bytes };
}

/** A tenant's use of its quota: admitted images, and those that were announced and are not admitted yet. */
export interface QuotaUse {
  stored: Stored;
  reserved: Stored;
}

export const sumOf = (one: Stored, other: Stored): Stored => ({
  images: one.images + other.images,
  bytes: one.bytes + other.bytes,
});

/** Returns true if one more image of `size` bytes fits into the quota. */
export const hasRoom = (used: Stored, size: number, quota: Stored): boolean =>
  used.images < quota.images && used.bytes + size <= quota.bytes;

/** Returns those of the images that fit into the quota together, preferring the earlier ones. */
export function fitting<Image extends { file_size: number; storage_location: string }>(
  images: readonly Image[],
  { stored, reserved }: QuotaUse,
  quota: Stored,
): Image[] {
  let used = sumOf(stored, reserved);
  return images.filter((image) => {
    const bytes = countedBytes(image, image.file_size);
    const fits = hasRoom(used, bytes, quota);
    if (fits) used = sumOf(used, { images: 1, bytes });
    return fits;
  });
}

/** @param size bytes of the rejected image */
export const quotaExceeded = ({ stored, reserved }: QuotaUse, size: number, quota: Stored): Problem =>
  new Problem(
    'quota_exceeded',
    `The quota is ${quota.images} images and ${quota.bytes} bytes. ${stored.images} images and ${stored.bytes} bytes are stored${reserved.images > 0 ? `, and ${reserved.images} images and ${reserved.bytes} bytes are reserved for uploads` : ''}, so an image of ${size} bytes does not fit. Delete images that you no longer need, or ask the operator for a larger quota.`,
  );
