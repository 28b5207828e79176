import type { TenantId } from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import type { UsagePlans } from '#shared/tenants/usage-plans.ts';

interface Member {
  tenant: TenantId;
  plan: PlanName;
}

/** Usage plans in memory, for tests. */
export function memoryUsagePlans(): UsagePlans & {
  /** By the value of the key. */
  readonly members: Map<string, Member>;
} {
  const members = new Map<string, Member>();
  const valuesOf = (owner: TenantId) =>
    [...members].flatMap(([value, { tenant }]) => (tenant === owner ? [value] : []));
  return {
    members,
    async assign(tenant, identifier, plan) {
      members.set(identifier, { tenant, plan });
    },
    async count(tenant) {
      return valuesOf(tenant).length;
    },
    async remove(tenant) {
      const values = valuesOf(tenant);
      for (const value of values) members.delete(value);
      return values.length;
    },
  };
}
