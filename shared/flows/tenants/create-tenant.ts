import type { UsagePlans } from '#shared/auth/usage-plans.ts';
import type { TenantCatalog } from '#shared/catalog/tenants.ts';
import { newKeyId, type TenantId } from '#shared/domain/ids.ts';
import type { PlanName } from '#shared/domain/plans.ts';
import { type ApiKey, SCOPES } from '#shared/domain/tenant.ts';

/** How a key is made and digested: `shared/auth/api-keys.ts`. */
interface KeyMaker {
  newApiKey(id: ApiKey['key_id']): string;
  hashApiKey(key: string): string;
}

interface Ports extends KeyMaker {
  tenants: TenantCatalog;
  usagePlans: UsagePlans;
  now?: () => Date;
}

/**
 * Creates a tenant with its first key and the key's place in the plan. Interrupted at any step and repeated, it ends
 * in one whole tenant: until the last write the tenant is only reserved, and no key of it works.
 * @returns the key, which exists nowhere else
 * @throws Problem `conflict` where the tenant exists
 */
export const createTenant =
  ({ tenants, usagePlans, newApiKey, hashApiKey, now = () => new Date() }: Ports) =>
  async (tenant: TenantId, name: string, plan: PlanName): Promise<string> => {
    const created_at = now().toISOString();
    await tenants.reserve({ tenant_id: tenant, name, plan, state: 'creating', created_at });
    const key_id = newKeyId();
    const secret = newApiKey(key_id);
    const gateway_key_id = await usagePlans.add(tenant, key_id, secret, plan);
    await tenants.activate(tenant, {
      key_id,
      tenant_id: tenant,
      hash: hashApiKey(secret),
      scopes: [...SCOPES],
      gateway_key_id,
      created_at,
    });
    return secret;
  };
