import type { TenantId } from '#shared/kernel/ids.ts';
import { gatewayPlan, limitsOf } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Tenant } from './tenant.ts';
import type { TenantChange, TenantStore } from './tenant-store.ts';
import type { UsagePlans } from './usage-plans.ts';

interface Ports {
  tenants: TenantStore;
  usagePlans: UsagePlans;
}

export const unknownTenant = (tenant: TenantId): Problem =>
  new Problem('not_found', `There is no tenant ${tenant}.`);

/** Reads a tenant. @throws Problem `not_found` */
export const findTenant =
  ({ tenants }: Pick<Ports, 'tenants'>) =>
  async (tenant: TenantId): Promise<Tenant> => {
    const record = await tenants.get(tenant);
    if (!record) throw unknownTenant(tenant);
    return record;
  };

/**
 * Changes a tenant, effective from its next call, and moves its keys to the matching gateway plan. After an
 * interruption, repeating the change completes the move.
 * @throws Problem `not_found`; `conflict` while it is being created or removed
 */
export const changeTenant =
  ({ tenants, usagePlans }: Ports) =>
  async (tenant: TenantId, change: TenantChange): Promise<{ before: Tenant; after: Tenant }> => {
    const changed = await tenants.change(tenant, change);
    if (!changed) throw unknownTenant(tenant);
    const { plan, limits } = changed.after;
    const target = gatewayPlan(limitsOf(plan, limits));
    if (change.plan !== undefined || change.limits !== undefined)
      for (const { gateway_key_id, revoked_at } of await tenants.listKeys(tenant))
        if (revoked_at === undefined) await usagePlans.move(tenant, gateway_key_id, target);
    return changed;
  };
