import type { JobId, KeyId, TenantId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { ApiKey } from './api-key.ts';
import type { Tenant } from './tenant.ts';
import type { TenantModels } from './tenant-models.ts';

/** What is left out or undefined stays as it is. `settings` are merged into those chosen, `limits` take the place of all. */
export type TenantChange = {
  [Name in 'name' | 'plan' | 'state' | 'limits' | 'settings']?: Tenant[Name] | undefined;
};
export type KeyChange = Partial<Pick<ApiKey, 'expires_at' | 'revoked_at' | 'last_used_at' | 'replaced_by'>>;

/** Tenants and their keys. */
export interface TenantStore {
  get(tenant: TenantId): Promise<Tenant | undefined>;
  /** By id, ascending. The operator's: it reaches over all tenants. @throws Problem `invalid_cursor` */
  list(query: { cursor?: string | undefined; limit: number }): Promise<Page<Tenant>>;
  /**
   * Reserves the id for a tenant in state `creating`. Where it is there already, nothing changes, except that an
   * unfinished reservation takes the new name, plan and settings.
   * @returns the tenant as it is now, with the `first_key_id` of its first reservation
   */
  reserve(tenant: Tenant): Promise<Tenant>;
  /**
   * Writes the first key and makes the tenant active, together. Once that is done it changes nothing: neither the key
   * nor its revocation. @throws Problem `conflict` where it is neither `creating` nor `active`
   */
  activate(tenant: TenantId, key: ApiKey): Promise<void>;
  /**
   * @returns the tenant before and after; undefined where there is none
   * @throws Problem `conflict` while it is being created or removed
   */
  change(tenant: TenantId, change: TenantChange): Promise<{ before: Tenant; after: Tenant } | undefined>;
  /**
   * Writes which models the tenant has, where they are still those that were read and it is not being removed.
   * @returns whether they were
   */
  putModels(read: Tenant, models: TenantModels): Promise<boolean>;
  /** The key with this SHA-256 (hex) and its tenant, or undefined. */
  findKey(hash: string): Promise<{ key: ApiKey; tenant: Tenant } | undefined>;
  /** All keys, also those that are revoked or have expired; oldest first. */
  listKeys(tenant: TenantId): Promise<ApiKey[]>;
  /** @throws Problem `conflict` where the key exists, or the tenant is not active */
  addKey(tenant: TenantId, key: ApiKey): Promise<void>;
  /** @returns the key as it is now; undefined where the tenant has no such key */
  changeKey(tenant: TenantId, key: KeyId, change: KeyChange): Promise<ApiKey | undefined>;
  /**
   * Makes the tenant `purging`, for good: from here on no key of it works. The first call's job is the one that
   * removes it.
   * @returns the tenant before and after; undefined where there is none
   */
  beginPurge(tenant: TenantId, job: JobId): Promise<{ before: Tenant; after: Tenant } | undefined>;
  /**
   * Removes the profile of a tenant that this job purges, and frees its id. Its keys must be gone.
   * @returns whether it was there, and this job's to remove
   */
  remove(tenant: TenantId, job: JobId): Promise<boolean>;
}
