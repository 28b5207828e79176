import type { StorageId, TenantId } from '#shared/kernel/ids.ts';

/** The bucket whose events are taken. */
export interface EventSource {
  /** The AWS account that the bucket belongs to. */
  account: string;
  bucket: string;
  /** Only objects whose keys begin so; empty: all. */
  prefix: string;
}

/** The event buses that tenants' buckets send events to: one of each location, open to the account of its bucket alone. */
export interface EventBuses {
  /** Removes a location's bus, with its rule. Idempotent. */
  turnOff(tenant: TenantId, storage: StorageId): Promise<void>;
  /** Removes some of the tenant's buses. @returns how many; 0 when none are left */
  removeSome(tenant: TenantId): Promise<number>;
  /** Counts the tenant's buses; may stop at 1. */
  count(tenant: TenantId): Promise<number>;
}

export interface BucketEvents extends EventBuses {
  /**
   * Makes a location's bus, whose rule hands events of that bucket to our queue, with the tenant and the location as
   * constants. Idempotent.
   * @returns the ARN of the bus
   */
  turnOn(tenant: TenantId, storage: StorageId, source: EventSource): Promise<string>;
}
