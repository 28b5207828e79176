import { createHash } from 'node:crypto';
import type { Blobs } from '#shared/blobs/blobs.ts';
import type { TenantUsageV1 } from '#shared/contracts/events/tenant-usage.v1.ts';
import { type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { periodOf } from '#shared/kernel/period.ts';
import { gatewayPlan, limitsOf, PLANS, type PlanName, requestsAMonth } from '#shared/kernel/plans.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import type { QuotaUsed } from './tell-thresholds.ts';
import type { Usage } from './usage.ts';
import type { UsageStore } from './usage-store.ts';

interface Ports {
  tenants: Pick<TenantStore, 'get'>;
  usage: Pick<UsageStore, 'meter' | 'readTotals'>;
  blobs: Pick<Blobs, 'put'>;
  /** Receives what was counted, for metrics. */
  report: (tenant: TenantId, plan: PlanName, usage: Usage) => void;
  /** Tells the tenant when its requests of the month reach a threshold. */
  tell: (tenant: TenantId, uses: readonly QuotaUsed[]) => Promise<void>;
  now?: () => Date;
}

/**
 * Counts a batch of calls, each once, and archives them: one object per tenant and batch. Drops calls of tenants that
 * do not exist or are being removed.
 * @returns the outcome of each event, in order; a failure affects one tenant's events only
 */
export const meterUsage = (ports: Ports) => async (events: readonly TenantUsageV1[]) => {
  const counted = new Map(
    [...Map.groupBy(events, ({ tenantid }) => tenantid)].map(([tenant, own]) => [
      tenant,
      meterTenant(ports, tenant, own),
    ]),
  );
  return Promise.allSettled(events.map(({ tenantid }) => counted.get(tenantid)));
};

async function meterTenant(ports: Ports, id: string, events: readonly TenantUsageV1[]): Promise<void> {
  const tenant = tenantId(id);
  const record = await ports.tenants.get(tenant);
  if (!record || record.state === 'purging') return;
  await archive(ports, tenant, events);
  const calls = events.map(({ id, time, data }) => ({ id, at: time, usage: data }));
  ports.report(tenant, record.plan, await ports.usage.meter(tenant, calls));
  await tellRequests(ports, record);
}

async function tellRequests({ usage, tell, now = () => new Date() }: Ports, owner: Tenant): Promise<void> {
  const { tenant_id: tenant, plan, limits } = owner;
  const used = (await usage.readTotals([tenant], periodOf(now()))).get(tenant)?.requests ?? 0;
  const limit = requestsAMonth(PLANS[gatewayPlan(limitsOf(plan, limits))]);
  await tell(tenant, [{ quota: 'requests', used, limit }]);
}

/** Names the object by a hash of its event ids: a redelivered batch overwrites itself, a differently cut one is added. */
async function archive({ blobs }: Ports, tenant: TenantId, events: readonly TenantUsageV1[]): Promise<void> {
  const [first] = events;
  if (!first) return;
  const name = createHash('sha256')
    .update(events.map(({ id }) => id).join())
    .digest('hex');
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const key = `events/tenant.usage/${first.time.slice(0, 10)}/${tenant}/${name}.jsonl`;
  await blobs.put(tenant, key, Buffer.from(lines), 'application/jsonl');
}
