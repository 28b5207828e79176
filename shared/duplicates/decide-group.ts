import type { ImageStore } from '#shared/images/image-store.ts';
import { isIndexed } from '#shared/images/indexed-image.ts';
import type { GroupId, ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { KeeperRule } from '#shared/kernel/settings.ts';
import type { DecisionAction } from '#shared/kernel/vocabulary.ts';
import type { Separation } from './decision.ts';
import type { Decision, DuplicateGroup } from './group.ts';
import { suppressEvent } from './group-members.ts';
import type { GroupStore } from './group-store.ts';
import { suggestKeeper } from './keeper.ts';
import { applySeparation } from './separate-group.ts';

interface Ports {
  groups: GroupStore;
  imageStore: Pick<ImageStore, 'getMany'>;
}

/** A decision on a group, by `by` at `at`. */
interface DecisionRequest {
  action: DecisionAction;
  /** With `keep_one`; by default the image that the rule suggests. */
  keeper?: ImageId | undefined;
  keeperRule: KeeperRule;
  /** With `not_duplicates`: the pairs that are not; by default all. */
  pairs?: [ImageId, ImageId][] | undefined;
  by: string;
  at: string;
}

/** The decision in effect. Fields have their names on the wire. */
export interface DecisionReply {
  group_id: GroupId;
  action: DecisionAction;
  keeper?: ImageId;
  pairs?: [ImageId, ImageId][];
  /** The images that the decision covers. */
  image_ids: ImageId[];
  /** Images that the caller may delete: a decision deletes nothing. */
  deletable_image_ids: ImageId[];
  decided_at: string;
  decided_by: string;
}

/**
 * Records a decision on a group. A later decision replaces `keep_all` and `keep_one`; `not_duplicates` holds until it is
 * undone, also when the images are compared again. Idempotent.
 * @throws Problem `not_found`; `invalid_request` for an image that is not in the group; `conflict` if the group changed
 * meanwhile
 */
export function decideGroup(ports: Ports) {
  const { groups, imageStore } = ports;

  async function decideKeep(
    group: DuplicateGroup,
    action: Decision['action'],
    request: DecisionRequest,
  ): Promise<DecisionReply> {
    const image_ids = group.members.map(({ image_id }) => image_id);
    const keeper =
      action === 'keep_one' ? (request.keeper ?? (await suggested(group, request.keeperRule))) : undefined;
    if (keeper && !image_ids.includes(keeper)) throw notAMember(keeper, group.group_id);
    const current = group.decision;
    const same =
      current?.action === action &&
      current.keeper === keeper &&
      image_ids.every((id) => current.image_ids.includes(id));
    const decision: Decision = same
      ? current
      : { action, ...(keeper && { keeper }), image_ids, decided_at: request.at, decided_by: request.by };
    if (!same && !(await groups.save({ ...suppressEvent(group), decision, updated_at: request.at }))) {
      throw new Problem(
        'conflict',
        `The group ${group.group_id} has changed. Read it again and repeat the decision.`,
      );
    }
    return {
      group_id: group.group_id,
      ...decision,
      deletable_image_ids: keeper ? image_ids.filter((id) => id !== keeper) : [],
    };
  }

  async function suggested({ tenant_id, members }: DuplicateGroup, rule: KeeperRule) {
    const ids = members.map(({ image_id }) => image_id);
    return suggestKeeper((await imageStore.getMany(tenant_id, ids)).filter(isIndexed), rule)?.imageId;
  }

  async function separate(group: DuplicateGroup, { pairs, by, at }: DecisionRequest): Promise<DecisionReply> {
    const members = group.members.map(({ image_id }) => image_id);
    const nonMember = pairs?.flat().find((image) => !members.includes(image));
    if (nonMember) throw notAMember(nonMember, group.group_id);
    const separation: Separation = {
      tenant_id: group.tenant_id,
      group_id: group.group_id,
      members: group.members,
      ...(pairs && { pairs }),
      created_at: group.created_at,
      decided_at: at,
      decided_by: by,
    };
    await groups.separate(separation);
    await applySeparation(groups, separation, at);
    return replyOf(separation);
  }

  return async (tenant: TenantId, id: GroupId, request: DecisionRequest): Promise<DecisionReply> => {
    const [group, separations] = await Promise.all([groups.get(tenant, id), groups.separations(tenant, id)]);
    const { action } = request;
    const existing =
      action === 'not_duplicates'
        ? separations.find((each) => covers(each, group, request.pairs))
        : undefined;
    if (existing) {
      await groups.separate(existing); // in case the first attempt was interrupted
      await applySeparation(groups, existing, request.at);
      return replyOf(existing);
    }
    if (!group) throw new Problem('not_found', notFoundDetail(id, separations));
    return action === 'not_duplicates' ? separate(group, request) : decideKeep(group, action, request);
  };
}

/** Returns true if a separation covers the requested pairs, or without pairs all members of the group. */
function covers(
  { members, pairs }: Separation,
  group: DuplicateGroup | undefined,
  requestedPairs: DecisionRequest['pairs'],
): boolean {
  if (!pairs) {
    const requested = requestedPairs?.flat() ?? group?.members.map(({ image_id }) => image_id) ?? [];
    return requested.every((id) => members.some(({ image_id }) => image_id === id));
  }
  const has = ([one, other]: readonly [ImageId, ImageId]) =>
    pairs.some(([a, b]) => (a === one && b === other) || (a === other && b === one));
  return requestedPairs?.every(has) ?? false;
}

const replyOf = ({ group_id, members, pairs, decided_at, decided_by }: Separation): DecisionReply => ({
  group_id,
  action: 'not_duplicates',
  ...(pairs && { pairs }),
  image_ids: members.map(({ image_id }) => image_id),
  deletable_image_ids: [],
  decided_at,
  decided_by,
});

const notFoundDetail = (id: GroupId, separations: readonly Separation[]): string =>
  separations.length > 0
    ? `The images of ${id} were decided not to be duplicates. To undo that: DELETE /v1/duplicates/${id}/decision.`
    : `There is no group ${id}. It may have been deleted since it was listed: list the groups again.`;
const notAMember = (image: ImageId, id: GroupId) =>
  new Problem('invalid_request', `The image ${image} is not in the group ${id}.`);
