import type { KeyId, TenantId } from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import type { UsagePlans } from '#shared/tenants/usage-plans.ts';

interface Member {
  addedAt: Date;
  tenant: TenantId;
  key: KeyId;
  secret: string;
  plan: PlanName;
}

/** Usage plans in memory, for tests. */
export function memoryUsagePlans(now: () => Date = () => new Date()): UsagePlans & {
  readonly members: Map<string, Member>;
} {
  const members = new Map<string, Member>();
  return {
    members,
    async add(tenant, key, secret, plan) {
      const gatewayKeyId = `gateway-${key}`;
      members.set(gatewayKeyId, { tenant, key, secret, plan, addedAt: now() });
      return gatewayKeyId;
    },
    async move(tenant, gatewayKeyId, plan) {
      const member = members.get(gatewayKeyId);
      if (member?.tenant === tenant) members.set(gatewayKeyId, { ...member, plan });
    },
    async remove(tenant, gatewayKeyId) {
      if (members.get(gatewayKeyId)?.tenant === tenant) members.delete(gatewayKeyId);
    },
    async list(tenant) {
      return [...members].flatMap(([id, member]) => (member.tenant === tenant ? [id] : []));
    },
    async *all() {
      for (const [gatewayKeyId, { tenant, key }] of [...members])
        yield { tenant_id: tenant, key_id: key, gatewayKeyId };
    },
    async addedAt(gatewayKeyId) {
      return members.get(gatewayKeyId)?.addedAt;
    },
  };
}
