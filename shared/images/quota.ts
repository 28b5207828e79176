import { type LimitOverrides, limitsOf, type PlanName } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';

/** What a tenant stores: pictures that were accepted, and the bytes of their files. Exact. */
export interface Stored {
  images: number;
  bytes: number;
}

export const NOTHING_STORED: Stored = { images: 0, bytes: 0 };

/** How much may be stored on a plan, with what was set for the tenant alone. */
export function quotaOf({ plan = 'free', limits }: { plan?: PlanName; limits?: LimitOverrides }): Stored {
  const { stored_images, storage_bytes } = limitsOf(plan, limits);
  return { images: stored_images, bytes: storage_bytes };
}

/** Whether one more picture of that many bytes has room beside what is stored. */
export const hasRoom = (stored: Stored, size: number, quota: Stored): boolean =>
  stored.images < quota.images && stored.bytes + size <= quota.bytes;

/** @param size bytes of the picture that has no room */
export const quotaExceeded = (stored: Stored, size: number, quota: Stored): Problem =>
  new Problem(
    'quota_exceeded',
    `${quota.images} pictures and ${quota.bytes} bytes may be stored. ${stored.images} pictures and ${stored.bytes} bytes are, so there is no room for one of ${size} bytes. Delete pictures that you no longer need, or ask for a larger plan.`,
  );
