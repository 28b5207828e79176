import { SCOPES } from '#shared/kernel/access.ts';
import { type KeyId, newKeyId, type TenantId } from '#shared/kernel/ids.ts';
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

interface NewTenant {
  name: string;
  plan: PlanName;
  settings?: SettingsChange | undefined;
  repeatKey?: string | undefined;
}

/**
 * Creates a tenant and its first key in a usage plan. Can be repeated after an interruption at any step and ends in one
 * tenant with one key: until the last write the tenant and its key id are only reserved, and no key works.
 * @param repeatKey identifies repetitions of the call
 * @returns the first key, whose secret is stored nowhere: none if an earlier call of this `repeatKey` created the tenant
 * @throws Problem `conflict` if the tenant exists
 */
export const createTenant =
  ({ tenants, usagePlans, newApiKey, hashApiKey, defaultModel, now = () => new Date() }: Ports) =>
  async (
    tenant: TenantId,
    { name, plan, settings = {}, repeatKey }: NewTenant,
  ): Promise<{ key_id: KeyId; secret?: string }> => {
    const created_at = now().toISOString();
    const first_key_id = newKeyId();
    const reserved = await tenants.reserve({
      tenant_id: tenant,
      name,
      plan,
      state: 'creating',
      created_at,
      first_key_id,
      ...(repeatKey !== undefined && { repeat_key: repeatKey }),
      settings: { ...settings, models: settings.models?.length ? settings.models : [defaultModel] },
    });
    const key_id = reserved.first_key_id;
    if (reserved.state === 'active' && repeatKey !== undefined && reserved.repeat_key === repeatKey)
      return { key_id };
    if (reserved.state !== 'creating')
      throw new Problem(
        'conflict',
        `The tenant ${tenant} exists. Its keys cannot be shown again: create another with POST /v1/admin/tenants/${tenant}/keys.`,
      );
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
    return { key_id, secret };
  };
