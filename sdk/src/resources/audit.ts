import type { CallOptions } from '../options.ts';
import { type Query, Resource } from './resource.ts';

/** Who changed what in the tenant, and who was refused. */
export class Audit extends Resource {
  /** Lists the entries about the tenant, newest first. */
  list(query: Query<'listOwnAudit'> = {}, options?: CallOptions) {
    return this.client.pages('listOwnAudit', { query }, ({ entries }) => entries, options);
  }
}
