import type { ApiKey } from './api-key.ts';
import type { TenantStore } from './tenant-store.ts';
import type { UsagePlans } from './usage-plans.ts';

interface Ports {
  tenants: Pick<TenantStore, 'releaseKey'>;
  usagePlans: Pick<UsagePlans, 'remove'>;
}

/** Removes a key that has ended from API Gateway, then frees its place. Idempotent. */
export const releaseKey =
  ({ tenants, usagePlans }: Ports) =>
  async ({ tenant_id, key_id, gateway_key_id }: ApiKey): Promise<void> => {
    await usagePlans.remove(tenant_id, gateway_key_id);
    await tenants.releaseKey(tenant_id, key_id);
  };
