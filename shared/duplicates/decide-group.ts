import type { ImageStore } from '#shared/images/image-store.ts';
import { isIndexed } from '#shared/images/indexed-image.ts';
import type { GroupId, ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { KeeperRule } from '#shared/kernel/settings.ts';
import type { DecisionAction } from '#shared/kernel/vocabulary.ts';
import type { Separation } from './decision.ts';
import type { Decision, DuplicateGroup } from './group.ts';
import { quietly } from './group-members.ts';
import type { GroupStore } from './group-store.ts';
import { suggestKeeper } from './keeper.ts';
import { carryOut } from './separate-group.ts';

interface Ports {
  groups: GroupStore;
  imageStore: Pick<ImageStore, 'getMany'>;
}

/** What is said of a group, by whom, and when. */
interface Said {
  action: DecisionAction;
  /** With `keep_one`; without it, the one that is suggested by the rule. */
  keeper?: ImageId | undefined;
  keeperRule: KeeperRule;
  /** With `not_duplicates`: which are not the same; all, without it. */
  pairs?: [ImageId, ImageId][] | undefined;
  by: string;
  at: string;
}

/** A decision as it stands. Fields carry their names on the wire. */
export interface Decided {
  group_id: GroupId;
  action: DecisionAction;
  keeper?: ImageId;
  pairs?: [ImageId, ImageId][];
  /** The pictures that it is about. */
  image_ids: ImageId[];
  /** Those that the caller may delete: nothing is deleted by a decision. */
  deletable_image_ids: ImageId[];
  decided_at: string;
  decided_by: string;
}

/**
 * Writes down what a person decided on a group. It may be decided upon again; what was said not to be the same stays
 * apart until that is undone, also where the pictures are compared again. Said twice, it changes nothing.
 * @throws Problem `not_found`; `invalid_request` for a picture that is not in the group; `conflict` where the group
 * changed meanwhile
 */
export function decideGroup(ports: Ports) {
  const { groups, imageStore } = ports;

  async function keep(group: DuplicateGroup, action: Decision['action'], said: Said): Promise<Decided> {
    const image_ids = group.members.map(({ image_id }) => image_id);
    const keeper =
      action === 'keep_one' ? (said.keeper ?? (await suggested(group, said.keeperRule))) : undefined;
    if (keeper && !image_ids.includes(keeper)) throw notAMember(keeper, group.group_id);
    const standing = group.decision;
    const same =
      standing?.action === action &&
      standing.keeper === keeper &&
      image_ids.every((id) => standing.image_ids.includes(id));
    const decision: Decision = same
      ? standing
      : { action, ...(keeper && { keeper }), image_ids, decided_at: said.at, decided_by: said.by };
    if (!same && !(await groups.save({ ...quietly(group), decision, updated_at: said.at }))) {
      throw new Problem('conflict', `The group ${group.group_id} has changed. Look at it again, and decide.`);
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

  async function separate(group: DuplicateGroup, { pairs, by, at }: Said): Promise<Decided> {
    const members = group.members.map(({ image_id }) => image_id);
    const stranger = pairs?.flat().find((image) => !members.includes(image));
    if (stranger) throw notAMember(stranger, group.group_id);
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
    await carryOut(groups, separation, at);
    return decided(separation);
  }

  return async (tenant: TenantId, id: GroupId, said: Said): Promise<Decided> => {
    const [group, separations] = await Promise.all([groups.get(tenant, id), groups.separations(tenant, id)]);
    const { action } = said;
    const standing =
      action === 'not_duplicates' ? separations.find((each) => covers(each, group, said.pairs)) : undefined;
    if (standing) {
      await groups.separate(standing); // in case the first time was cut off
      await carryOut(groups, standing, said.at);
      return decided(standing);
    }
    if (!group) throw new Problem('not_found', notThere(id, separations));
    return action === 'not_duplicates' ? separate(group, said) : keep(group, action, said);
  };
}

/** Whether this was said already: of the same pairs, or of all that are in the group. */
function covers(
  { members, pairs }: Separation,
  group: DuplicateGroup | undefined,
  said: Said['pairs'],
): boolean {
  if (!pairs) {
    const asked = said?.flat() ?? group?.members.map(({ image_id }) => image_id) ?? [];
    return asked.every((id) => members.some(({ image_id }) => image_id === id));
  }
  const has = ([one, other]: readonly [ImageId, ImageId]) =>
    pairs.some(([a, b]) => (a === one && b === other) || (a === other && b === one));
  return said?.every(has) ?? false;
}

const decided = ({ group_id, members, pairs, decided_at, decided_by }: Separation): Decided => ({
  group_id,
  action: 'not_duplicates',
  ...(pairs && { pairs }),
  image_ids: members.map(({ image_id }) => image_id),
  deletable_image_ids: [],
  decided_at,
  decided_by,
});

const notThere = (id: GroupId, separations: readonly Separation[]): string =>
  separations.length > 0
    ? `The pictures of ${id} were said not to be the same. To undo that: DELETE /v1/duplicates/${id}/decision.`
    : `There is no group ${id}. It may have ended since it was listed: list the groups again.`;
const notAMember = (image: ImageId, id: GroupId) =>
  new Problem('invalid_request', `The picture ${image} is not in the group ${id}.`);
