import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import type { Endpoint } from '#shared/webhooks/endpoint.ts';
import type { EndpointStore } from '#shared/webhooks/endpoint-store.ts';

/** Endpoints in memory, for tests. */
export function memoryEndpointStore(tenants: Pick<TenantStore, 'get'>): EndpointStore {
  const endpoints = new Map<string, Endpoint>();
  const of = (tenant: TenantId) => [...endpoints.values()].filter(({ tenant_id }) => tenant_id === tenant);
  const find = (tenant: TenantId, webhook: string) => {
    const found = endpoints.get(webhook);
    return found?.tenant_id === tenant ? found : undefined;
  };
  return {
    async create(endpoint, most) {
      const { tenant_id: tenant, webhook_id: webhook } = endpoint;
      if (find(tenant, webhook)) return 'exists';
      if ((await tenants.get(tenant))?.state !== 'active')
        throw new Problem('conflict', `The tenant ${tenant} is not active.`);
      if (of(tenant).length >= most) return 'full';
      endpoints.set(webhook, structuredClone(endpoint));
      return 'created';
    },
    async get(tenant, webhook) {
      return structuredClone(find(tenant, webhook));
    },
    async list(tenant) {
      return structuredClone(of(tenant).sort((a, b) => (a.webhook_id < b.webhook_id ? -1 : 1)));
    },
    async save(endpoint) {
      const stored = find(endpoint.tenant_id, endpoint.webhook_id);
      if (stored?.version !== endpoint.version) return undefined;
      const saved = structuredClone({ ...endpoint, version: endpoint.version + 1 });
      endpoints.set(endpoint.webhook_id, saved);
      return structuredClone(saved);
    },
    async remove(tenant, webhook) {
      return find(tenant, webhook) !== undefined && endpoints.delete(webhook);
    },
  };
}
