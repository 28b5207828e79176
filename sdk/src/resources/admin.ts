import type { CallOptions } from '../options.ts';
import { AdminJobs } from './admin-jobs.ts';
import { AdminModels } from './admin-models.ts';
import { AdminTenants } from './admin-tenants.ts';
import { type Body, type Query, Resource } from './resource.ts';

/** For operators: role SystemAdmin. */
export class Admin extends Resource {
  readonly tenants = new AdminTenants(this.client);
  readonly models = new AdminModels(this.client);
  readonly jobs = new AdminJobs(this.client);

  /** Gets the usage of all tenants, the heaviest first. */
  usage(query: Query<'listUsage'> = {}, options?: CallOptions) {
    return this.client.call('listUsage', { query }, options);
  }

  /** Gets how full the index is. */
  capacity(query: Query<'getCapacity'> = {}, options?: CallOptions) {
    return this.client.call('getCapacity', { query }, options);
  }

  /** Lists the audit log, newest first. */
  listAudit(query: Query<'listAudit'> = {}, options?: CallOptions) {
    return this.client.pages('listAudit', { query }, ({ entries }) => entries, options);
  }

  /** Revokes all tokens of a person. */
  revokeTokens(body: Body<'revokeTokens'>, options?: CallOptions) {
    return this.client.call('revokeTokens', { body }, options);
  }

  /** Sends what failed at a stage again, by a job. */
  redriveFailures(body: Body<'redriveFailures'>, options?: CallOptions) {
    return this.client.call('redriveFailures', { body }, options);
  }

  /** Gets the state of the parts with details. */
  health(options?: CallOptions) {
    return this.client.call('getHealth', {}, options);
  }

  /** Gets the switches of an incident. */
  getSwitches(options?: CallOptions) {
    return this.client.call('getSwitches', {}, options);
  }

  /** Sets the switches of an incident; they take effect within a minute. */
  putSwitches(body: Body<'putSwitches'>, options?: CallOptions) {
    return this.client.call('putSwitches', { body }, options);
  }

  /** Publishes archived events of a type again, as a job that counts first. */
  replayEvents(body: Body<'replayEvents'>, options?: CallOptions) {
    return this.client.call('replayEvents', { body }, options);
  }
}
