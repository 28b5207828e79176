import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { assignPlan } from './assign-plan.ts';
import type { Tenant } from './tenant.ts';
import type { TenantChange, TenantStore } from './tenant-store.ts';
import { newUsageIdentifier } from './usage-identifier.ts';
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
 * Changes a tenant, effective from its next call, and moves its key to the matching gateway plan. After an
 * interruption, repeating the change completes the move. A tenant without a usage identifier gets one.
 * @throws Problem `not_found`; `conflict` while it is being created or removed
 */
export const changeTenant =
  ({ tenants, usagePlans }: Ports) =>
  async (tenant: TenantId, change: TenantChange): Promise<{ before: Tenant; after: Tenant }> => {
    const assigns = change.plan !== undefined || change.limits !== undefined;
    const isNamed = !assigns || (await tenants.get(tenant))?.usage_identifier !== undefined;
    const naming = isNamed ? {} : { usage_identifier: newUsageIdentifier() };
    const changed = await tenants.change(tenant, { ...change, ...naming });
    if (!changed) throw unknownTenant(tenant);
    if (assigns) await assignPlan({ tenants, usagePlans })(changed.after);
    return changed;
  };
