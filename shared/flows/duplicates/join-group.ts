import type { GroupCatalog } from '#shared/catalog/groups.ts';
import type { DuplicateGroup, GroupMember } from '#shared/domain/group.ts';
import { type GroupId, type ImageId, newGroupId, type TenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import { anchorOf, byPlace, bySureness, type Match, placeBy, withMembers } from './group-members.ts';

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
 * found. Nothing is locked: a write that another one came before is thought over again, so however many copies
 * arrive in the same second, they end together.
 * @returns undefined where the picture stays alone
 * @throws Problem `dependency_unavailable` where others were always faster
 */
export const joinGroup =
  ({ groups }: { groups: GroupCatalog }) =>
  async (
    tenant: TenantId,
    image: ImageId,
    matches: readonly Match[],
    at: string,
  ): Promise<Joined | undefined> => {
    const sure = matches.toSorted(bySureness);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const known = await readGroups(groups, tenant, [image, ...sure.map(({ imageId }) => imageId)]);
      const before = homeOf(known, image, sure) ?? newGroup(tenant, image, at);
      const added = newMembers(before, known, image, sure);
      if (before.members.length + added.length < 2) return undefined;
      if (added.length === 0) return { group: before, changed: false };
      const group = withMembers(before, [...before.members, ...added], at);
      if (await groups.save(group)) return { group: { ...group, version: group.version + 1 }, changed: true };
    }
    throw new Problem('dependency_unavailable', `The duplicate groups around ${image} keep changing.`);
  };

/** The groups that these pictures are in. */
async function readGroups(
  groups: GroupCatalog,
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
  image: ImageId,
  matches: readonly Match[],
): DuplicateGroup | undefined {
  return (
    known.get(image) ??
    matches
      .flatMap(({ imageId }) => known.get(imageId) ?? [])
      .find((group) => bestPlace(group.members, image, matches) !== undefined)
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
  image: ImageId,
  matches: readonly Match[],
): GroupMember[] {
  const present = group.members.find((member) => member.image_id === image);
  const place = present ?? bestPlace(group.members, image, matches);
  if (!place) return [];
  // The group was read after the memberships: it may have gained members that seemed to be free.
  const members = new Set(group.members.map((member) => member.image_id));
  const along = matches
    .filter(({ imageId }) => imageId !== image && !known.has(imageId) && !members.has(imageId))
    .flatMap((match) => placeBy(place, match, match.imageId) ?? []);
  return [...(present ? [] : [place]), ...along].slice(0, MAX_NEW_MEMBERS);
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
