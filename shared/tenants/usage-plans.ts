import type { KeyId, TenantId } from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';

/** API Gateway's usage plans, one per tier, and their keys: an approximate limit in front of the limiter. */
export interface UsagePlans {
  /**
   * Adds the key and makes it a member of this plan only. Idempotent by key id; the last secret wins.
   * @returns the key's id in API Gateway
   */
  add(tenant: TenantId, key: KeyId, secret: string, plan: PlanName): Promise<string>;
  /** Makes the tenant's key a member of this plan only. Idempotent; ignores a key that does not exist. */
  move(tenant: TenantId, gatewayKeyId: string, plan: PlanName): Promise<void>;
  remove(tenant: TenantId, gatewayKeyId: string): Promise<void>;
  /** Lists the API Gateway ids of the tenant's keys, including those missing in the tenant store. */
  list(tenant: TenantId): Promise<string[]>;
  /** Yields the keys in this deployment's plans, of all tenants. For operators. */
  all(): AsyncIterable<{ tenant_id: TenantId; key_id: KeyId; gatewayKeyId: string }>;
  /** Returns when a key was added; undefined if it does not exist. */
  addedAt(gatewayKeyId: string): Promise<Date | undefined>;
}
