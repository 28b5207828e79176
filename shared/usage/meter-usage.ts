import { createHash } from 'node:crypto';
import type { Blobs } from '#shared/blobs/blobs.ts';
import type { TenantUsageV1 } from '#shared/contracts/events/tenant-usage.v1.ts';
import { type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import type { Usage } from './usage.ts';
import type { UsageStore } from './usage-store.ts';

interface Ports {
  tenants: Pick<TenantStore, 'get'>;
  usage: Pick<UsageStore, 'meter'>;
  blobs: Pick<Blobs, 'put'>;
  /** Told what was counted. */
  report: (tenant: TenantId, plan: PlanName, usage: Usage) => void;
}

/**
 * Counts a batch of calls, each once, and keeps them in the archive: one object a tenant and batch. Calls of a tenant
 * that is gone, or being removed, are dropped.
 * @returns how it went for each event, in their order: one tenant's failure is not another's
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
  const known = await ports.tenants.get(tenant);
  if (!known || known.state === 'purging') return;
  await archive(ports, tenant, events);
  const calls = events.map(({ id, time, data }) => ({ id, at: time, usage: data }));
  ports.report(tenant, known.plan, await ports.usage.meter(tenant, calls));
}

/** The name is the batch's: told again it is kept once, cut otherwise it is kept too, and ids tell what is the same. */
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
