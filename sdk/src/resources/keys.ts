import type { CallOptions } from '../options.ts';
import { type Body, Resource } from './resource.ts';

/** API keys of the tenant. */
export class Keys extends Resource {
  /** Lists keys without their secrets. */
  list(options?: CallOptions) {
    return this.client.call('listKeys', {}, options);
  }

  /** Creates a key; its secret is in this reply alone. */
  create(body: Body<'createKey'>, options?: CallOptions) {
    return this.client.call('createKey', { body }, options);
  }

  /** Replaces a key, with an overlap. */
  rotate(key_id: string, body: Body<'rotateKey'> = {}, options?: CallOptions) {
    return this.client.call('rotateKey', { path: { key_id }, body }, options);
  }

  /** Revokes a key. */
  revoke(key_id: string, options?: CallOptions) {
    return this.client.call('revokeKey', { path: { key_id } }, options);
  }
}
