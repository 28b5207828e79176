import type { TenantId } from '#shared/kernel/ids.ts';

/** Which thresholds of their quotas tenants were told of. @param threshold `stored_images.80.2026-11` */
export interface ThresholdStore {
  isTold(tenant: TenantId, threshold: string): Promise<boolean>;
  noteTold(tenant: TenantId, threshold: string): Promise<void>;
}
