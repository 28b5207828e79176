import type { ImageStore } from '#shared/images/image-store.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { boundsOf, periodOf } from '#shared/kernel/period.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { addUsage, NO_USAGE, type Usage } from './usage.ts';
import type { UsageStore } from './usage-store.ts';

interface Ports {
  tenants: Pick<TenantStore, 'list'>;
  usage: Pick<UsageStore, 'read' | 'readTotals'>;
  images: Pick<ImageStore, 'storedAt' | 'storedOf'>;
  now?: () => Date;
}

interface Holding {
  images_stored: number;
  storage_bytes: number;
}

/** A tenant's usage in a month, and its stored images. */
export interface TenantUsage extends Usage, Holding {
  tenant_id: TenantId;
  name: string;
  plan: PlanName;
}

/** Returns a tenant's usage in a month (`2026-11`), in total and by day, and its stored images at the end of the month, or now. */
export const usageOf =
  ({ usage, images }: Pick<Ports, 'usage' | 'images'>) =>
  async (tenant: TenantId, period: string) => {
    const [{ total, daily }, stored] = await Promise.all([
      usage.read(tenant, period),
      images.storedAt(tenant, period),
    ]);
    return { period, ...boundsOf(period), ...total, ...holding(stored), daily };
  };

/** Tenants per batch of reads. */
const PAGE = 100;

/**
 * Lists the tenants with the highest value of `by`, ties by id, with their stored images at the end of the month, or now. For
 * operators. Reads two counters of every tenant, and of a past month those of the months since, 100 tenants at a time: suits
 * some thousands of tenants.
 */
export const heaviestTenants =
  ({ tenants, usage, images, now = () => new Date() }: Ports) =>
  async (period: string, by: keyof (Usage & Holding), limit: number) => {
    const stored = period < periodOf(now()) ? storedThen(images, period) : images.storedOf;
    const all: TenantUsage[] = [];
    let cursor: string | undefined;
    do {
      const page = await tenants.list({ cursor, limit: PAGE });
      all.push(...(await withUsage(usage, stored, page.items, period)));
      cursor = page.nextCursor;
    } while (cursor);
    const heaviest = all.sort(
      (one, other) => other[by] - one[by] || (one.tenant_id < other.tenant_id ? -1 : 1),
    );
    return { period, totals: totalsOf(all), tenants: heaviest.slice(0, limit) };
  };

/** Returns a function like `storedOf`, for the end of a past month. */
const storedThen =
  (images: Pick<ImageStore, 'storedAt'>, period: string): ImageStore['storedOf'] =>
  async (tenants) =>
    new Map(
      await Promise.all(
        tenants.map(async (tenant) => [tenant, await images.storedAt(tenant, period)] as const),
      ),
    );

async function withUsage(
  usage: Ports['usage'],
  storedOf: ImageStore['storedOf'],
  tenants: readonly Tenant[],
  period: string,
): Promise<TenantUsage[]> {
  const ids = tenants.map(({ tenant_id }) => tenant_id);
  const [used, stored] = await Promise.all([usage.readTotals(ids, period), storedOf(ids)]);
  return tenants.map(({ tenant_id, name, plan }) => ({
    tenant_id,
    name,
    plan,
    ...(used.get(tenant_id) ?? NO_USAGE),
    ...holding(stored.get(tenant_id)),
  }));
}

const holding = (stored = { images: 0, bytes: 0 }): Holding => ({
  images_stored: stored.images,
  storage_bytes: stored.bytes,
});

const totalsOf = (all: readonly TenantUsage[]) => ({
  tenants: all.length,
  ...all.reduce(addUsage, NO_USAGE),
  images_stored: all.reduce((sum, { images_stored }) => sum + images_stored, 0),
  storage_bytes: all.reduce((sum, { storage_bytes }) => sum + storage_bytes, 0),
});
