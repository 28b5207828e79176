import { describe, expect, it } from 'vitest';
import { newJobId, newWebhookId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { dynamoEndpointStore } from '#shared/webhooks/dynamodb-endpoint-store.ts';
import type { Endpoint } from '#shared/webhooks/endpoint.ts';
import type { EndpointStore } from '#shared/webhooks/endpoint-store.ts';
import { addActiveTenant } from '../../fixtures/active-tenant.ts';
import { memoryEndpointStore } from '../../memory/endpoint-store.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { newTable, uniqueName } from '../emulator.ts';

interface Stores {
  endpoints: EndpointStore;
  tenants: TenantStore;
}
const kinds: [string, () => Promise<Stores>][] = [
  [
    'in memory',
    async () => {
      const tenants = memoryTenantStore();
      return { tenants, endpoints: memoryEndpointStore(tenants) };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      const table = await newTable('tenants');
      return { tenants: dynamoTenantStore(table), endpoints: dynamoEndpointStore(table) };
    },
  ],
];

async function newTenant(tenants: TenantStore): Promise<TenantId> {
  const tenant = tenantId(uniqueName('tenant'));
  await addActiveTenant(tenants, tenant);
  return tenant;
}

const endpointOf = (tenant: TenantId): Endpoint => ({
  ...{ tenant_id: tenant, webhook_id: newWebhookId(), url: 'https://one.example/', event_types: ['*'] },
  ...{ state: 'enabled', secrets: [{ id: 's', hint: 'abcd' }], health: { failures: 0 }, version: 1 },
  ...{ created_at: '2026-11-01T00:00:00.000Z', updated_at: '2026-11-01T00:00:00.000Z' },
});

describe.each(kinds)('endpoints %s', (_, open) => {
  it('are added once, and read by their tenant alone', async () => {
    const { endpoints, tenants } = await open();
    const [tenant, other] = [await newTenant(tenants), await newTenant(tenants)];
    const endpoint = endpointOf(tenant);
    expect(await endpoints.create(endpoint, 5)).toBe('created');
    expect(await endpoints.create(endpoint, 5)).toBe('exists');
    expect(await endpoints.get(tenant, endpoint.webhook_id)).toEqual(endpoint);
    expect(await endpoints.list(tenant)).toEqual([endpoint]);
    expect(await endpoints.get(other, endpoint.webhook_id)).toBeUndefined();
    expect(await endpoints.list(other)).toEqual([]);
    expect(await endpoints.remove(other, endpoint.webhook_id)).toBe(false);
    expect(await endpoints.save({ ...endpoint, tenant_id: other })).toBeUndefined();
  });

  it('are no more than the maximum, in races too; a removed one makes room', async () => {
    const { endpoints, tenants } = await open();
    const tenant = await newTenant(tenants);
    const made = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const endpoint = endpointOf(tenant);
        return [endpoint, await endpoints.create(endpoint, 3)] as const;
      }),
    );
    expect(made.map(([, outcome]) => outcome).sort()).toEqual([
      ...Array(3).fill('created'),
      ...Array(2).fill('full'),
    ]);
    const [first] = await endpoints.list(tenant);
    expect(first && (await endpoints.remove(tenant, first.webhook_id))).toBe(true);
    expect(first && (await endpoints.remove(tenant, first.webhook_id))).toBe(false);
    expect(await endpoints.create(endpointOf(tenant), 3)).toBe('created');
    expect(await endpoints.create(endpointOf(tenant), 3)).toBe('full');
  });

  it('are written on condition of the version that was read', async () => {
    const { endpoints, tenants } = await open();
    const tenant = await newTenant(tenants);
    const endpoint = endpointOf(tenant);
    await endpoints.create(endpoint, 5);
    const saved = await endpoints.save({ ...endpoint, state: 'disabled', disabled_reason: 'gone' });
    expect(saved).toMatchObject({ version: 2, state: 'disabled' });
    expect(await endpoints.save({ ...endpoint, url: 'https://two.example/' })).toBeUndefined();
    expect(await endpoints.get(tenant, endpoint.webhook_id)).toEqual(saved);
    await endpoints.remove(tenant, endpoint.webhook_id);
    expect(saved && (await endpoints.save(saved))).toBeUndefined();
  });

  it('are none of a tenant that is being removed', async () => {
    const { endpoints, tenants } = await open();
    const tenant = await newTenant(tenants);
    await tenants.beginPurge(tenant, newJobId());
    await expect(endpoints.create(endpointOf(tenant), 5)).rejects.toMatchObject({ code: 'conflict' });
  });
});
