import { gatewayPlan, limitsOf, type PlanName } from '#shared/kernel/plans.ts';
import type { Tenant } from './tenant.ts';
import type { TenantStore } from './tenant-store.ts';
import type { UsagePlans } from './usage-plans.ts';

interface Ports {
  tenants: Pick<TenantStore, 'get'>;
  usagePlans: Pick<UsagePlans, 'assign'>;
}

const planOf = ({ plan, limits }: Tenant): PlanName => gatewayPlan(limitsOf(plan, limits));

/**
 * Makes the tenant's key a member of the gateway plan for its limits. Repeats if they changed meanwhile, so that the last of
 * several changes at the same moment decides. Idempotent.
 */
export const assignPlan =
  ({ tenants, usagePlans }: Ports) =>
  async (tenant: Tenant): Promise<void> => {
    let current: Tenant | undefined = tenant;
    let assigned: PlanName | undefined;
    while (current?.usage_identifier !== undefined && planOf(current) !== assigned) {
      assigned = planOf(current);
      await usagePlans.assign(current.tenant_id, current.usage_identifier, assigned);
      current = await tenants.get(current.tenant_id);
    }
  };
