import { z } from 'zod';
import { type LimitOverrides, limitsOf, type PlanName } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';

/** Admitted images of a tenant and the bytes of their files; exact. */
export const Stored = z.object({ images: z.number(), bytes: z.number() });
export type Stored = z.infer<typeof Stored>;

export const NOTHING_STORED: Stored = { images: 0, bytes: 0 };

/** Returns the storage quota of a plan with the tenant's own overrides. */
export function quotaOf({ plan = 'free', limits }: { plan?: PlanName; limits?: LimitOverrides }): Stored {
  const { stored_images, storage_bytes } = limitsOf(plan, limits);
  return { images: stored_images, bytes: storage_bytes };
}

/** Returns true if one more image of `size` bytes fits into the quota. */
export const hasRoom = (stored: Stored, size: number, quota: Stored): boolean =>
  stored.images < quota.images && stored.bytes + size <= quota.bytes;

/** @param size bytes of the rejected image */
export const quotaExceeded = (stored: Stored, size: number, quota: Stored): Problem =>
  new Problem(
    'quota_exceeded',
    `The quota is ${quota.images} images and ${quota.bytes} bytes. ${stored.images} images and ${stored.bytes} bytes are stored, so an image of ${size} bytes does not fit. Delete images that you no longer need, or ask for a larger plan.`,
  );
