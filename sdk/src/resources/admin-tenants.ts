import type { CallOptions } from '../options.ts';
import { type Body, type Query, Resource } from './resource.ts';

/** Tenants: for operators. */
export class AdminTenants extends Resource {
  /** Creates a tenant; the secret of its first key is in this reply alone. */
  create(body: Body<'createTenant'>, options?: CallOptions) {
    return this.client.call('createTenant', { body }, options);
  }

  /** Lists tenants. */
  list(query: Query<'listTenants'> = {}, options?: CallOptions) {
    return this.client.pages('listTenants', { query }, ({ tenants }) => tenants, options);
  }

  /** Gets a tenant. */
  get(tenant_id: string, options?: CallOptions) {
    return this.client.call('getTenant', { path: { tenant_id } }, options);
  }

  /** Changes the name, plan or state of a tenant. */
  change(tenant_id: string, body: Body<'changeTenant'>, options?: CallOptions) {
    return this.client.call('changeTenant', { path: { tenant_id }, body }, options);
  }

  /** Deletes a tenant and everything of it, by a job. */
  delete(tenant_id: string, options?: CallOptions) {
    return this.client.call('deleteTenant', { path: { tenant_id } }, options);
  }

  /** Gets the limits of a tenant. */
  getLimits(tenant_id: string, options?: CallOptions) {
    return this.client.call('getLimits', { path: { tenant_id } }, options);
  }

  /** Replaces the overridden limits of a tenant. */
  putLimits(tenant_id: string, body: Body<'putLimits'>, options?: CallOptions) {
    return this.client.call('putLimits', { path: { tenant_id }, body }, options);
  }

  /** Lists the keys of a tenant without their secrets. */
  listKeys(tenant_id: string, options?: CallOptions) {
    return this.client.call('listKeysOfTenant', { path: { tenant_id } }, options);
  }

  /** Creates a key of a tenant; its secret is in this reply alone. */
  createKey(tenant_id: string, body: Body<'createKeyOfTenant'>, options?: CallOptions) {
    return this.client.call('createKeyOfTenant', { path: { tenant_id }, body }, options);
  }

  /** Replaces a key of a tenant, with an overlap. */
  rotateKey(tenant_id: string, key_id: string, body: Body<'rotateKeyOfTenant'> = {}, options?: CallOptions) {
    return this.client.call('rotateKeyOfTenant', { path: { tenant_id, key_id }, body }, options);
  }

  /** Revokes a key of a tenant. */
  revokeKey(tenant_id: string, key_id: string, options?: CallOptions) {
    return this.client.call('revokeKeyOfTenant', { path: { tenant_id, key_id } }, options);
  }

  /** Gets the usage of a tenant in a month. */
  usage(tenant_id: string, query: Query<'getTenantUsage'> = {}, options?: CallOptions) {
    return this.client.call('getTenantUsage', { path: { tenant_id }, query }, options);
  }
}
