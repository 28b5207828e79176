import type { JobId, KeyId, TenantId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { ApiKey } from './api-key.ts';
import type { Tenant } from './tenant.ts';
import type { TenantModels } from './tenant-models.ts';

/** Omitted and undefined fields keep their values. `settings` are merged, `limits` replaced as a whole. */
export type TenantChange = {
  [Name in 'name' | 'plan' | 'state' | 'limits' | 'settings' | 'usage_identifier']?: Tenant[Name] | undefined;
};
export type KeyChange = Partial<Pick<ApiKey, 'expires_at' | 'revoked_at' | 'replaced_by'>>;

/** Tenants and their keys. */
export interface TenantStore {
  get(tenant: TenantId): Promise<Tenant | undefined>;
  /** Lists tenants by id, ascending. For operators: spans all tenants. @throws Problem `invalid_cursor` */
  list(query: { cursor?: string | undefined; limit: number }): Promise<Page<Tenant>>;
  /**
   * Reserves the id for a tenant in state `creating`. An existing tenant is left unchanged, except that a pending
   * reservation takes the new name, plan and settings.
   * @returns the stored tenant, with the `first_key_id` and `usage_identifier` of its first reservation
   */
  reserve(tenant: Tenant): Promise<Tenant>;
  /**
   * Writes the first key and makes the tenant active, in one transaction. Changes nothing if the tenant is active
   * already. @throws Problem `conflict` if it is neither `creating` nor `active`
   */
  activate(tenant: TenantId, key: ApiKey): Promise<void>;
  /**
   * @returns the tenant before and after; undefined if there is none
   * @throws Problem `conflict` while the tenant is being created or removed
   */
  change(tenant: TenantId, change: TenantChange): Promise<{ before: Tenant; after: Tenant } | undefined>;
  /**
   * Writes the tenant's models if they have not changed since `read` and the tenant is not being removed.
   * @returns true if written
   */
  putModels(read: Tenant, models: TenantModels): Promise<boolean>;
  /** Returns the key with this SHA-256 (hex) and its tenant; undefined if there is none. */
  findKey(hash: string): Promise<{ key: ApiKey; tenant: Tenant } | undefined>;
  /** Lists all keys, including revoked and expired ones, oldest first. */
  listKeys(tenant: TenantId): Promise<ApiKey[]>;
  /**
   * Adds a key, which takes a place until `releaseKey`. Holds the maximum in races.
   * @param maxPlaces maximum of places per tenant
   * @returns false if all places are taken
   * @throws Problem `conflict` if the key exists or the tenant is not active
   */
  addKey(tenant: TenantId, key: ApiKey, maxPlaces: number): Promise<boolean>;
  /** Frees the place of a key that has ended. Idempotent. */
  releaseKey(tenant: TenantId, key: KeyId): Promise<void>;
  /**
   * Yields keys that were revoked or expired by `until` and are not released.
   * @param until RFC 3339
   */
  endedKeys(tenant: TenantId, until: string): AsyncIterable<ApiKey>;
  /** @returns the changed key; undefined if the tenant has no such key */
  changeKey(tenant: TenantId, key: KeyId, change: KeyChange): Promise<ApiKey | undefined>;
  /** Records the last use of a key; changes nothing else. */
  noteKeyUse(tenant: TenantId, key: KeyId, at: string): Promise<void>;
  /**
   * Makes the tenant `purging`, irrevocably: no key of it works any more. The job of the first call removes it.
   * @returns the tenant before and after; undefined if there is none
   */
  beginPurge(tenant: TenantId, job: JobId): Promise<{ before: Tenant; after: Tenant } | undefined>;
  /**
   * Removes the profile of a tenant that this job purges, and frees its id. Its keys must have been removed.
   * @returns true if the profile existed and belonged to this job
   */
  remove(tenant: TenantId, job: JobId): Promise<boolean>;
}
