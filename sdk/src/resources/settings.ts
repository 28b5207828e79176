import type { CallOptions } from '../options.ts';
import { type Body, Resource } from './resource.ts';

/** Settings of the tenant. */
export class SettingsResource extends Resource {
  /** Gets the settings. */
  get(options?: CallOptions) {
    return this.client.call('getSettings', {}, options);
  }

  /** Changes settings. */
  change(body: Body<'changeSettings'>, options?: CallOptions) {
    return this.client.call('changeSettings', { body }, options);
  }
}
