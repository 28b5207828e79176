import type { CallOptions } from '../options.ts';
import { type Body, Resource } from './resource.ts';

/** Models and their indexes: for operators. Each change is a job, for `admin.jobs.wait`. */
export class AdminModels extends Resource {
  /** Lists the installed models. */
  list(options?: CallOptions) {
    return this.client.call('listModels', {}, options);
  }

  /** Embeds all images with a model, and lets searches use it. */
  migrate(name: string, body: Body<'migrateToModel'> = {}, options?: CallOptions) {
    return this.client.call('migrateToModel', { path: { name }, body }, options);
  }

  /** Returns tenants to their previous model. */
  rollBack(name: string, body: Body<'rollBackModel'> = {}, options?: CallOptions) {
    return this.client.call('rollBackModel', { path: { name }, body }, options);
  }

  /** Rebuilds the index of a model from the image store. */
  rebuild(name: string, options?: CallOptions) {
    return this.client.call('rebuildIndex', { path: { name } }, options);
  }

  /** Compares the index of a model with the image store; repairs it with `mend`. */
  check(name: string, body: Body<'checkIndex'> = {}, options?: CallOptions) {
    return this.client.call('checkIndex', { path: { name }, body }, options);
  }

  /** Moves tenants into partitions of their own, or back. */
  move(name: string, body: Body<'moveTenants'>, options?: CallOptions) {
    return this.client.call('moveTenants', { path: { name }, body }, options);
  }
}
