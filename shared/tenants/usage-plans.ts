import type { KeyId, TenantId } from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';

/** The outer fence: API Gateway's usage plans, one a tier, and the keys in them. */
export interface UsagePlans {
  /**
   * Makes the key known and a member of the plan, and of no other. Idempotent by key id: the last secret is the one
   * that holds.
   * @returns its id there
   */
  add(tenant: TenantId, key: KeyId, secret: string, plan: PlanName): Promise<string>;
  /** Makes the tenant's key a member of the plan, and of no other. Idempotent; a key that is gone stays so. */
  move(tenant: TenantId, gatewayKeyId: string, plan: PlanName): Promise<void>;
  remove(tenant: TenantId, gatewayKeyId: string): Promise<void>;
  /** The ids there of the tenant's keys, also of those that no catalog knows. */
  list(tenant: TenantId): Promise<string[]>;
}
