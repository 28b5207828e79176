import { type GroupId, type ImageId, newGroupId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { type Apart, mayJoin } from './decision.ts';
import type { DuplicateGroup, GroupMember } from './group.ts';
import { anchorOf, byPlace, bySureness, type Match, placeBy, withMembers } from './group-members.ts';
import type { GroupStore } from './group-store.ts';

/** A group as it is after a picture was looked at, and whether that changed it. */
export interface Joined {
  group: DuplicateGroup;
  changed: boolean;
}

/** Each failed attempt means that another picture's succeeded. */
const MAX_ATTEMPTS = 20;
/** New members of one write: a DynamoDB transaction holds 100 items. The rest join by their own detection. */
const MAX_NEW_MEMBERS = 90;

/**
 * Puts a picture and those that match it into one group. It joins the group of its surest match that has a place for
 * it; matches that are in no group yet come along, since they may have been looked at before this picture could be
 * found, and so do groups whose members all match it. Nothing is locked: a write that another one came before is thought
 * over again, so however many copies arrive in the same second, they end together. What people said is not the same
 * is kept apart.
 * @returns undefined where the picture stays alone
 * @throws Problem `dependency_unavailable` where others were always faster
 */
export const joinGroup =
  ({ groups }: { groups: GroupStore }) =>
  async (
    tenant: TenantId,
    image: ImageId,
    matches: readonly Match[],
    at: string,
  ): Promise<Joined | undefined> => {
    const sure = matches.toSorted(bySureness);
    const exhausted = () =>
      new Problem('dependency_unavailable', `The duplicate groups around ${image} keep changing.`);
    return retryOnConflict({ attempts: MAX_ATTEMPTS, exhausted }, async () => {
      const images = [image, ...sure.map(({ imageId }) => imageId)];
      const known = await readGroups(groups, tenant, images);
      // after the groups: what a decision has taken from them is then known to be apart
      const apart = sure.length > 0 ? await groups.apart(tenant, images) : new Map();
      const before = homeOf(known, apart, image, sure) ?? newGroup(tenant, image, at);
      const added = newMembers(before, known, apart, image, sure);
      const place = [...before.members, ...added].find((member) => member.image_id === image);
      const same = place && mergeable([...known.values()], [...before.members, ...added], apart, place, sure);
      if (same) {
        // its members are free then, and come along; where this breaks off, the redelivery finds them
        await groups.save({ ...same, members: [] });
        return CONFLICT;
      }
      if (before.members.length + added.length < 2) return undefined;
      if (added.length === 0) return { group: before, changed: false };
      const group = withMembers(before, [...before.members, ...added], at);
      const saved = await groups.save(group);
      return saved ? { group: { ...group, version: group.version + 1 }, changed: true } : CONFLICT;
    });
  };

/** The groups that these pictures are in. */
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

/** The group that the picture is in, or that of its surest match that has a place for it. */
function homeOf(
  known: ReadonlyMap<ImageId, DuplicateGroup>,
  apart: Apart,
  image: ImageId,
  matches: readonly Match[],
): DuplicateGroup | undefined {
  return (
    known.get(image) ??
    matches
      .flatMap(({ imageId }) => known.get(imageId) ?? [])
      .find(
        ({ members }) => mayJoin(apart, image, members) && bestPlace(members, image, matches) !== undefined,
      )
  );
}

/** Another group that is the same: the picture matches each of its members, and all find a place. Decided ones stay. */
function mergeable(
  known: readonly DuplicateGroup[],
  members: readonly GroupMember[],
  apart: Apart,
  place: GroupMember,
  matches: readonly Match[],
): DuplicateGroup | undefined {
  const room = MAX_NEW_MEMBERS - members.length;
  const finds = (image: ImageId) => {
    const match = matches.find(({ imageId }) => imageId === image);
    return match && placeBy(place, match, image) !== undefined && mayJoin(apart, image, members);
  };
  const isIn = (group: DuplicateGroup) =>
    group.members.some(({ image_id }) => members.some((member) => member.image_id === image_id));
  return known.find(
    (group) =>
      !group.decision &&
      !isIn(group) &&
      group.members.length <= room &&
      group.members.every(({ image_id }) => finds(image_id)),
  );
}

const newGroup = (tenant: TenantId, image: ImageId, at: string): DuplicateGroup => ({
  tenant_id: tenant,
  group_id: newGroupId(),
  verdict: 'exact',
  confidence: 1,
  members: [anchorOf(image)],
  version: 0,
  created_at: at,
  updated_at: at,
});

/** Who is to be added to the group: the picture itself, and its matches that are in no group. */
function newMembers(
  group: DuplicateGroup,
  known: ReadonlyMap<ImageId, DuplicateGroup>,
  apart: Apart,
  image: ImageId,
  matches: readonly Match[],
): GroupMember[] {
  const present = group.members.find((member) => member.image_id === image);
  const place = present ?? bestPlace(group.members, image, matches);
  if (!place) return [];
  // The group was read after the memberships: it may have gained members that seemed to be free.
  const added = present ? [] : [place];
  for (const match of matches) {
    const members = [...group.members, ...added];
    const isFree = !known.has(match.imageId) && !members.some(({ image_id }) => image_id === match.imageId);
    const along = isFree && mayJoin(apart, match.imageId, members) && placeBy(place, match, match.imageId);
    if (along) added.push(along);
  }
  return added.slice(0, MAX_NEW_MEMBERS);
}

/** The best place that a picture can have among the members that it matches. */
function bestPlace(
  members: readonly GroupMember[],
  image: ImageId,
  matches: readonly Match[],
): GroupMember | undefined {
  return members
    .flatMap((member) => {
      const match = matches.find(({ imageId }) => imageId === member.image_id);
      return (match && placeBy(member, match, image)) ?? [];
    })
    .sort(byPlace)[0];
}
