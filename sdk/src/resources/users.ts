import type { CallOptions } from '../options.ts';
import { type Body, type Query, Resource } from './resource.ts';

/** The tenant’s people. */
export class Users extends Resource {
  /** Lists people. */
  list(query: Query<'listUsers'> = {}, options?: CallOptions) {
    return this.client.pages('listUsers', { query }, ({ users }) => users, options);
  }

  /** Invites a person by e-mail. */
  invite(body: Body<'inviteUser'>, options?: CallOptions) {
    return this.client.call('inviteUser', { body }, options);
  }

  /** Changes the role of a person, or disables their account. */
  change(user_id: string, body: Body<'changeUser'>, options?: CallOptions) {
    return this.client.call('changeUser', { path: { user_id }, body }, options);
  }

  /** Removes a person. */
  remove(user_id: string, options?: CallOptions) {
    return this.client.call('removeUser', { path: { user_id } }, options);
  }
}
