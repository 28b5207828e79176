import type { TenantId } from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';

/**
 * API Gateway's usage plans, one per tier: an approximate limit in front of the limiter. Each tenant has one key there, whose
 * value is its `usage_identifier`. It is no credential: the authorizer names it, never the caller.
 */
export interface UsagePlans {
  /** Makes the tenant's key, if it does not exist, a member of this plan only. Idempotent. */
  assign(tenant: TenantId, identifier: string, plan: PlanName): Promise<void>;
  /** Counts the tenant's keys, including those missing in the tenant store. */
  count(tenant: TenantId): Promise<number>;
  /** Removes the tenant's keys, and no other tenant's. @returns how many */
  remove(tenant: TenantId): Promise<number>;
}
