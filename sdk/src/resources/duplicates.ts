import type { CallOptions } from '../options.ts';
import { type Body, Resource } from './resource.ts';

/** Groups of duplicates, and what people decide about them. */
export class Duplicates extends Resource {
  /** Lists the groups of the library, or the group of an image. */
  list(body: Body<'searchDuplicates'>, options?: CallOptions) {
    return this.client.pages('searchDuplicates', { body }, ({ groups }) => groups, options);
  }

  /** Decides about a group. `keep_one` deletes nothing; it returns the ids that can be deleted. */
  decide(group_id: string, body: Body<'decideGroup'>, options?: CallOptions) {
    return this.client.call('decideGroup', { path: { group_id }, body }, options);
  }

  /** Decides about up to 100 groups. An outcome for each, in order: the decision, or `{error}` with its problem. */
  decideMany(decisions: Body<'decideGroups'>['decisions'], options?: CallOptions) {
    return this.client.call('decideGroups', { body: { decisions } }, options);
  }

  /** Undoes a decision. */
  undo(group_id: string, options?: CallOptions) {
    return this.client.call('undoDecision', { path: { group_id } }, options);
  }
}
