import type { CallOptions } from '../options.ts';
import { type Query, Resource } from './resource.ts';

/** What the tenant has and uses. */
export class Reports extends Resource {
  /** Gets the usage of a month, by default the current one. */
  usage(query: Query<'getUsage'> = {}, options?: CallOptions) {
    return this.client.call('getUsage', { query }, options);
  }

  /** Gets counts of images, duplicates and the pipeline. */
  overview(options?: CallOptions) {
    return this.client.call('getOverview', {}, options);
  }
}
