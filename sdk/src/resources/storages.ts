import type { CallOptions } from '../options.ts';
import { type Body, type Query, Resource } from './resource.ts';

/** The tenant’s own storage locations. */
export class Storages extends Resource {
  /** Lists storage locations without their credentials. */
  list(options?: CallOptions) {
    return this.client.call('listStorages', {}, options);
  }

  /** Gets a storage location. */
  get(storage_id: string, options?: CallOptions) {
    return this.client.call('getStorage', { path: { storage_id } }, options);
  }

  /** Issues an external id, for the trust policy of a role. */
  issueExternalId(options?: CallOptions) {
    return this.client.call('issueExternalId', {}, options);
  }

  /** Adds a storage location, after a check that it can be read. */
  add(body: Body<'addStorage'>, options?: CallOptions) {
    return this.client.call('addStorage', { body }, options);
  }

  /** Checks that a storage location can be read. */
  test(storage_id: string, options?: CallOptions) {
    return this.client.call('testStorage', { path: { storage_id } }, options);
  }

  /** Changes a storage location. */
  change(storage_id: string, body: Body<'changeStorage'>, options?: CallOptions) {
    return this.client.call('changeStorage', { path: { storage_id }, body }, options);
  }

  /** Removes a storage location by a job; keeps or deletes its images. */
  remove(storage_id: string, query: Query<'removeStorage'> = {}, options?: CallOptions) {
    return this.client.call('removeStorage', { path: { storage_id }, query }, options);
  }

  /** Has an event bus made for the location, to which the tenant's bucket sends its events; the reply has the rule for that. */
  turnOnEvents(storage_id: string, options?: CallOptions) {
    return this.client.call('turnOnStorageEvents', { path: { storage_id } }, options);
  }

  /** Removes the location's event bus. */
  turnOffEvents(storage_id: string, options?: CallOptions) {
    return this.client.call('turnOffStorageEvents', { path: { storage_id } }, options);
  }
}
