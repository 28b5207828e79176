import { type GroupId, type ImageId, newGroupId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { type CannotLinks, mayLink } from './decision.ts';
import type { DuplicateGroup, GroupMember } from './group.ts';
import {
  anchorOf,
  byConfidence,
  byProximity,
  type Joining,
  type Match,
  membershipVia,
  withMembers,
} from './group-members.ts';
import type { GroupStore } from './group-store.ts';

export interface JoinResult {
  group: DuplicateGroup;
  changed: boolean;
}

/** Each failed attempt means that a concurrent write succeeded. */
const MAX_ATTEMPTS = 20;
/** The most new members in one write: a DynamoDB transaction has at most 100 items. The others join by their own detection. */
const MAX_NEW_MEMBERS = 90;

/**
 * Puts an image and its matches into one group. The image joins the group of its best match that can take it. Ungrouped
 * matches join too, since their detection may have run before this image was indexed, and groups whose members all match
 * are merged. Writes are optimistic and retried, so that concurrent copies end in one group. Respects cannot-links.
 * @returns undefined if the image stays ungrouped
 * @throws Problem `dependency_unavailable` if concurrent changes win every attempt
 */
export const joinGroup =
  ({ groups }: { groups: GroupStore }) =>
  async (
    tenant: TenantId,
    joiner: Joining,
    matches: readonly Match[],
    at: string,
  ): Promise<JoinResult | undefined> => {
    const image = joiner.image_id;
    const ranked = matches.toSorted(byConfidence);
    const exhausted = () =>
      new Problem('dependency_unavailable', `The duplicate groups around ${image} keep changing.`);
    return retryOnConflict({ attempts: MAX_ATTEMPTS, exhausted }, async () => {
      const images = [image, ...ranked.map(({ imageId }) => imageId)];
      const known = await readGroups(groups, tenant, images);
      // Read after the groups: a separation writes its cannot-links before it changes a group.
      const cannotLinks = ranked.length > 0 ? await groups.cannotLinks(tenant, images) : new Map();
      const before = groupToJoin(known, cannotLinks, joiner, ranked) ?? newGroup(tenant, joiner, at);
      const added = newMembers(before, known, cannotLinks, joiner, ranked);
      const membership = [...before.members, ...added].find((member) => member.image_id === image);
      const merged =
        membership &&
        mergeable([...known.values()], [...before.members, ...added], cannotLinks, membership, ranked);
      if (merged) {
        // Frees its members, which join in the next attempt, or on redelivery if this is interrupted.
        await groups.save({ ...merged, members: [] });
        return CONFLICT;
      }
      if (before.members.length + added.length < 2) return undefined;
      if (added.length === 0) return { group: before, changed: false };
      const group = withMembers(before, [...before.members, ...added], at);
      const saved = await groups.save(group);
      return saved ? { group: { ...group, version: group.version + 1 }, changed: true } : CONFLICT;
    });
  };

/** Returns the group of each image that is in one. */
async function readGroups(
  groups: GroupStore,
  tenant: TenantId,
  images: readonly ImageId[],
): Promise<Map<ImageId, DuplicateGroup>> {
  const ids = await groups.groupsOf(tenant, images);
  const byId = new Map<GroupId, DuplicateGroup>();
  for (const group of await Promise.all([...new Set(ids.values())].map((id) => groups.get(tenant, id)))) {
    if (group) byId.set(group.group_id, group);
  }
  return new Map(
    [...ids].flatMap(([image, id]) => {
      const group = byId.get(id);
      return group ? [[image, group] as const] : [];
    }),
  );
}

/** Returns the image's group, or that of its best match that can take it. */
function groupToJoin(
  known: ReadonlyMap<ImageId, DuplicateGroup>,
  cannotLinks: CannotLinks,
  image: Joining,
  matches: readonly Match[],
): DuplicateGroup | undefined {
  return (
    known.get(image.image_id) ??
    matches
      .flatMap(({ imageId }) => known.get(imageId) ?? [])
      .find(
        ({ members }) =>
          mayLink(cannotLinks, image.image_id, members) &&
          bestMembership(members, image, matches) !== undefined,
      )
  );
}

/** Returns another undecided group to merge: the image matches all its members, and all can join. */
function mergeable(
  known: readonly DuplicateGroup[],
  members: readonly GroupMember[],
  cannotLinks: CannotLinks,
  membership: GroupMember,
  matches: readonly Match[],
): DuplicateGroup | undefined {
  const room = MAX_NEW_MEMBERS - members.length;
  const canJoin = (image: ImageId) => {
    const match = matches.find(({ imageId }) => imageId === image);
    return (
      match &&
      membershipVia(membership, match, { image_id: image }) !== undefined &&
      mayLink(cannotLinks, image, members)
    );
  };
  const isIn = (group: DuplicateGroup) =>
    group.members.some(({ image_id }) => members.some((member) => member.image_id === image_id));
  return known.find(
    (group) =>
      !group.decision &&
      !isIn(group) &&
      group.members.length <= room &&
      group.members.every(({ image_id }) => canJoin(image_id)),
  );
}

const newGroup = (tenant: TenantId, image: Joining, at: string): DuplicateGroup => ({
  tenant_id: tenant,
  group_id: newGroupId(),
  verdict: 'exact',
  confidence: 1,
  members: [anchorOf(image)],
  version: 0,
  created_at: at,
  updated_at: at,
});

/** Returns the members to add: the image, if it is not a member, and its ungrouped matches. */
function newMembers(
  group: DuplicateGroup,
  known: ReadonlyMap<ImageId, DuplicateGroup>,
  cannotLinks: CannotLinks,
  image: Joining,
  matches: readonly Match[],
): GroupMember[] {
  const present = group.members.find((member) => member.image_id === image.image_id);
  const membership = present ?? bestMembership(group.members, image, matches);
  if (!membership) return [];
  // The group was read after the memberships: it may have gained members that were free then.
  const added = present ? [] : [membership];
  for (const match of matches) {
    const members = [...group.members, ...added];
    const isFree = !known.has(match.imageId) && !members.some(({ image_id }) => image_id === match.imageId);
    const joining =
      isFree &&
      mayLink(cannotLinks, match.imageId, members) &&
      membershipVia(membership, match, {
        image_id: match.imageId,
        ...(match.content !== undefined && { content: match.content }),
      });
    if (joining) added.push(joining);
  }
  return added.slice(0, MAX_NEW_MEMBERS);
}

/** Returns the best membership of an image through the members that it matches. */
function bestMembership(
  members: readonly GroupMember[],
  image: Joining,
  matches: readonly Match[],
): GroupMember | undefined {
  return members
    .flatMap((member) => {
      const match = matches.find(({ imageId }) => imageId === member.image_id);
      return (match && membershipVia(member, match, image)) ?? [];
    })
    .sort(byProximity)[0];
}
