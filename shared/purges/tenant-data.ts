import type { TenantId } from '#shared/kernel/ids.ts';

/** A store that has data of tenants, such as a table or a bucket, as a tenant's purge empties it. */
export interface TenantData {
  /** The store's name in progress and receipts: `uploads`, `vectors`, `images`. */
  readonly store: string;
  /** Removes some of the tenant's items, ten thousand at most. @returns how many; 0 when none are left */
  removeSome(tenant: TenantId): Promise<number>;
  /** Counts the tenant's items; may stop at 1. */
  count(tenant: TenantId): Promise<number>;
}
