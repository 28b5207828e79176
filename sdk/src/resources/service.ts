import type { CallOptions } from '../options.ts';
import { Resource } from './resource.ts';

/** The state of the service. Needs no credential. */
export class Service extends Resource {
  /** Returns the version of the service. */
  liveness(options?: CallOptions) {
    return this.client.call('liveness', {}, options);
  }

  /** Returns the state of the parts that the service needs, also while it is down. */
  readiness(options?: CallOptions) {
    return this.client.call('readiness', {}, options);
  }

  /** Returns the OpenAPI document. */
  openApi(options?: CallOptions) {
    return this.client.call('openApi', {}, options);
  }
}
