import type { KeyId, TenantId } from '#shared/domain/ids.ts';
import type { PlanName } from '#shared/domain/plans.ts';
import type { UsagePlans } from './usage-plans.ts';

/** Usage plans in memory, for tests. */
export function memoryUsagePlans(): UsagePlans & {
  readonly members: Map<string, { tenant: TenantId; key: KeyId; plan: PlanName }>;
} {
  const members = new Map<string, { tenant: TenantId; key: KeyId; plan: PlanName }>();
  return {
    members,
    async add(tenant, key, _secret, plan) {
      const gatewayKeyId = `gateway-${key}`;
      members.set(gatewayKeyId, { tenant, key, plan });
      return gatewayKeyId;
    },
    async remove(tenant, gatewayKeyId) {
      if (members.get(gatewayKeyId)?.tenant === tenant) members.delete(gatewayKeyId);
    },
  };
}
