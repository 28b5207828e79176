import type { TenantId } from '#shared/kernel/ids.ts';

/** A place that holds things of tenants, such as a table or a bucket: what a tenant's purge empties. */
export interface TenantData {
  /** Its name in progress and receipts: `objects`, `vectors`, `images`. */
  readonly place: string;
  /** Removes some of the tenant's things, ten thousand at most. @returns how many; 0 when nothing is left */
  removeSome(tenant: TenantId): Promise<number>;
  /** How many of the tenant's things are there; it may stop at 1. */
  count(tenant: TenantId): Promise<number>;
}
