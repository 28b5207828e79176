import { SCOPES } from '#shared/kernel/access.ts';
import { type KeyId, newKeyId, type TenantId } from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { SettingsChange } from '#shared/kernel/settings.ts';
import { assignPlan } from './assign-plan.ts';
import type { KeyGenerator } from './manage-keys.ts';
import type { TenantStore } from './tenant-store.ts';
import { newUsageIdentifier } from './usage-identifier.ts';
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
 * Creates a tenant in a usage plan, and its first key. Can be repeated after an interruption at any step and ends in one
 * tenant with one key: until the last write the tenant, its key id and its usage identifier are only reserved, and no key works.
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
      usage_identifier: newUsageIdentifier(),
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
    await assignPlan({ tenants, usagePlans })(reserved);
    const secret = newApiKey(key_id);
    await tenants.activate(tenant, {
      key_id,
      tenant_id: tenant,
      name: 'first',
      kind: 'live',
      hash: hashApiKey(secret),
      scopes: [...SCOPES],
      created_at,
    });
    return { key_id, secret };
  };
