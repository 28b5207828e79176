import type { JobId, StorageId, TenantId } from '#shared/kernel/ids.ts';
import type { StorageLocation } from './storage-location.ts';

/** The fields of a location that change after it was added. */
export type StorageChange = Partial<
  Pick<
    StorageLocation,
    | 'name'
    | 'include'
    | 'exclude'
    | 'schedule'
    | 'on_missing'
    | 'days'
    | 'events'
    | 'scans'
    | 'unordered'
    | 'last_scan'
    | 'missing'
    | 'next_scan_at'
    | 'updated_at'
  >
>;

/**
 * The outcome of an addition. `known`: a location of the tenant has the same target. `full`: the tenant has as many as it
 * may. `external_id`: the one that it names was not issued to the tenant, or another location has it.
 */
export type Added =
  | { outcome: 'added' | 'full' | 'external_id' }
  | { outcome: 'known'; storage_id: StorageId };

/** The tenants' storage locations, and the external ids that were issued for the trust policies of their roles. */
export interface StorageStore {
  /**
   * Adds a location, and takes the external id that it names. Holds the maximum and the single location of a target in races.
   * @param most maximum of locations per tenant
   * @throws Problem `conflict` if the tenant is not active
   */
  add(tenant: TenantId, location: StorageLocation, most: number): Promise<Added>;
  /** Strongly consistent. */
  get(tenant: TenantId, storage: StorageId): Promise<StorageLocation | undefined>;
  /** Lists all, oldest first. */
  list(tenant: TenantId): Promise<StorageLocation[]>;
  /** Returns the location that has this target, by its digest. */
  findTarget(tenant: TenantId, digest: string): Promise<StorageId | undefined>;
  /**
   * Writes the fields that the change names; one that is undefined is removed.
   * @returns the location after it; undefined if there is none, or it is being removed
   */
  change(tenant: TenantId, storage: StorageId, change: StorageChange): Promise<StorageLocation | undefined>;
  /**
   * Makes a location `removing`, irrevocably, and takes it off the schedule. The job of the first call removes it.
   * @returns the location after it; undefined if there is none
   */
  beginRemoval(tenant: TenantId, storage: StorageId, job: JobId): Promise<StorageLocation | undefined>;
  /** Removes a location that is being removed, and its external id. Idempotent. */
  remove(tenant: TenantId, storage: StorageId): Promise<void>;
  /** Lists the locations of all tenants whose `next_scan_at` has come at `at`. Eventually consistent. */
  due(at: string): AsyncIterable<Pick<StorageLocation, 'tenant_id' | 'storage_id'>>;

  /**
   * Issues an external id to the tenant; one that was issued and is not used, if the tenant has as many as it may.
   * @param externalId unguessable, and never issued before
   * @param most maximum of external ids per tenant, more than there can be locations
   * @throws Problem `conflict` if the tenant is not active
   */
  issueExternalId(tenant: TenantId, externalId: string, most: number): Promise<string>;
  /** Returns true if the external id was issued to the tenant and no location has it. */
  isFreeExternalId(tenant: TenantId, externalId: string): Promise<boolean>;
}
