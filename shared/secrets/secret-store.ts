import type { StorageId, TenantId } from '#shared/kernel/ids.ts';

/** What a secret of a tenant is for: the end of its name. */
export type SecretPath = `storage/${StorageId}` | `webhook/${string}`;

/** Secrets of tenants. Nothing else stores them: no table, log, reply, event or error. */
export interface SecretStore {
  /** Creates the secret, or replaces its value. */
  put(tenant: TenantId, path: SecretPath, value: string): Promise<void>;
  get(tenant: TenantId, path: SecretPath): Promise<string | undefined>;
  /** Deletes the secret at once, without a time in which it could be restored. Idempotent. */
  remove(tenant: TenantId, path: SecretPath): Promise<void>;
  /** Deletes some of the tenant's secrets, of any path. @returns how many; 0 when none are left */
  removeSome(tenant: TenantId): Promise<number>;
  /** Counts the tenant's secrets; may stop at 1. */
  count(tenant: TenantId): Promise<number>;
}
