import type { TenantId, WebhookId } from '#shared/kernel/ids.ts';
import type { Endpoint } from './endpoint.ts';

/** The tenants' endpoints. */
export interface EndpointStore {
  /**
   * Adds an endpoint, if the tenant has fewer than `most`, also in races.
   * @throws Problem `conflict` if the tenant is not active
   */
  create(endpoint: Endpoint, most: number): Promise<'created' | 'exists' | 'full'>;
  get(tenant: TenantId, webhook: WebhookId): Promise<Endpoint | undefined>;
  /** Oldest first. */
  list(tenant: TenantId): Promise<Endpoint[]>;
  /**
   * Writes the endpoint under the next version, if its version is still the one that was read.
   * @returns the endpoint as written; undefined if it was written or removed meanwhile
   */
  save(endpoint: Endpoint): Promise<Endpoint | undefined>;
  /** @returns false if there was none */
  remove(tenant: TenantId, webhook: WebhookId): Promise<boolean>;
}
