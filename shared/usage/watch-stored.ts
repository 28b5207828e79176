import type { ImageStore } from '#shared/images/image-store.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { limitsOf, type PlanName } from '#shared/kernel/plans.ts';
import { isUsable } from '#shared/tenants/tenant.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import type { QuotaUsed } from './tell-thresholds.ts';

interface Ports {
  tenants: Pick<TenantStore, 'get'>;
  images: Pick<ImageStore, 'stored'>;
  tell: (tenant: TenantId, uses: readonly QuotaUsed[]) => Promise<void>;
  /** Receives what a tenant stores now, for metrics. */
  report?: (tenant: TenantId, plan: PlanName, bytes: number) => void;
}

/** Tells tenants whose images have changed when what they store reaches a threshold of their quota. */
export const watchStored =
  ({ tenants, images, tell, report }: Ports) =>
  async (changed: Iterable<TenantId>): Promise<void> => {
    await Promise.all(
      [...new Set(changed)].map(async (tenant) => {
        const owner = await tenants.get(tenant);
        if (!owner || !isUsable(owner)) return;
        const limits = limitsOf(owner.plan, owner.limits);
        const stored = await images.stored(tenant);
        report?.(tenant, owner.plan, stored.bytes);
        await tell(tenant, [
          { quota: 'stored_images', used: stored.images, limit: limits.stored_images },
          { quota: 'storage_bytes', used: stored.bytes, limit: limits.storage_bytes },
        ]);
      }),
    );
  };
