import { SCOPES } from '#shared/kernel/access.ts';
import { newKeyId, type TenantId } from '#shared/kernel/ids.ts';
import { gatewayPlan, limitsOf, type PlanName } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { SettingsChange } from '#shared/kernel/settings.ts';
import type { KeyMaker } from './manage-keys.ts';
import type { TenantStore } from './tenant-store.ts';
import type { UsagePlans } from './usage-plans.ts';

interface Ports extends KeyMaker {
  tenants: TenantStore;
  usagePlans: UsagePlans;
  /** Its own from the beginning, so that another default later changes no tenant's searches. */
  defaultModel: string;
  now?: () => Date;
}

/**
 * Creates a tenant with its first key and the key's place in the plan. Interrupted at any step and repeated, it ends
 * in one whole tenant with one key: until the last write the tenant is only reserved, the key's id with it, and no key
 * of it works.
 * @returns the key, which exists nowhere else
 * @throws Problem `conflict` where the tenant exists
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
        `The tenant ${tenant} exists. Its keys cannot be shown again: make another by POST /v1/admin/tenants/${tenant}/keys.`,
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
