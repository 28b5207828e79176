import { SCOPES } from '#shared/kernel/access.ts';
import { newKeyId, type TenantId } from '#shared/kernel/ids.ts';
import { gatewayPlan, limitsOf, type PlanName } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { SettingsChange } from '#shared/kernel/settings.ts';
import type { KeyGenerator } from './manage-keys.ts';
import type { TenantStore } from './tenant-store.ts';
import type { UsagePlans } from './usage-plans.ts';

interface Ports extends KeyGenerator {
  tenants: TenantStore;
  usagePlans: UsagePlans;
  /** Stored with the tenant, so that changing the service's default later does not change its searches. */
  defaultModel: string;
  now?: () => Date;
}

/**
 * Creates a tenant and its first key in a usage plan. Can be repeated after an interruption at any step and ends in one
 * tenant with one key: until the last write the tenant and its key id are only reserved, and no key works.
 * @returns the first key; it is stored nowhere
 * @throws Problem `conflict` if the tenant exists
 */
export const createTenant =
  ({ tenants, usagePlans, newApiKey, hashApiKey, defaultModel, now = () => new Date() }: Ports) =>
  async (tenant: TenantId, name: string, plan: PlanName, settings: SettingsChange = {}): Promise<string> => {
    const created_at = now().toISOString();
    const first_key_id = newKeyId();
    const reserved = await tenants.reserve({
      tenant_id: tenant,
      name,
      plan,
      state: 'creating',
      created_at,
      first_key_id,
      settings: { ...settings, models: settings.models?.length ? settings.models : [defaultModel] },
    });
    if (reserved.state !== 'creating')
      throw new Problem(
        'conflict',
        `The tenant ${tenant} exists. Its keys cannot be shown again: create another with POST /v1/admin/tenants/${tenant}/keys.`,
      );
    const key_id = reserved.first_key_id;
    const secret = newApiKey(key_id);
    const gateway_key_id = await usagePlans.add(tenant, key_id, secret, gatewayPlan(limitsOf(plan)));
    await tenants.activate(tenant, {
      key_id,
      tenant_id: tenant,
      name: 'first',
      kind: 'live',
      hash: hashApiKey(secret),
      scopes: [...SCOPES],
      gateway_key_id,
      created_at,
    });
    return secret;
  };
