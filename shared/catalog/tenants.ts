import type { KeyId, TenantId } from '#shared/domain/ids.ts';
import type { ApiKey, Tenant } from '#shared/domain/tenant.ts';

/** Tenants and their keys. */
export interface TenantCatalog {
  get(tenant: TenantId): Promise<Tenant | undefined>;
  /** Reserves the id for a tenant in state `creating`. @throws Problem `conflict` where it is active or suspended. */
  reserve(tenant: Tenant): Promise<void>;
  /** Writes the key and makes the tenant active, together. */
  activate(tenant: TenantId, key: ApiKey): Promise<void>;
  /** The key with this SHA-256 (hex) and its tenant, or undefined. */
  findKey(hash: string): Promise<{ key: ApiKey; tenant: Tenant } | undefined>;
  listKeys(tenant: TenantId): Promise<ApiKey[]>;
  removeKey(tenant: TenantId, key: KeyId): Promise<boolean>;
}
