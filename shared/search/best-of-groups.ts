import type { GroupId, ImageId, TenantId } from '#shared/kernel/ids.ts';

/** The duplicate groups, as far as a search reads them. */
export interface SearchedGroups {
  /** Returns the members of the groups that these images are in, themselves included. */
  membersBeside(tenant: TenantId, images: readonly ImageId[]): Promise<readonly ImageId[]>;
  /** Returns the group ids of those images that are in a group. */
  groupsOf(tenant: TenantId, images: readonly ImageId[]): Promise<ReadonlyMap<ImageId, GroupId>>;
}

/** Of a result that stands for its duplicate group. Fields carry their names on the wire. */
export interface GroupMembership {
  group_id?: GroupId;
  /** Images of the group, found or not. */
  group_size?: number;
}

/** Returns the first result of each duplicate group, with its group, and those that are in no group; in order. */
export async function bestOfGroups<Result extends { image_id: ImageId }>(
  groups: SearchedGroups,
  tenant: TenantId,
  results: readonly Result[],
): Promise<(Result & GroupMembership)[]> {
  const members = await groups.membersBeside(
    tenant,
    results.map(({ image_id }) => image_id),
  );
  if (members.length === 0) return [...results];
  const groupOf = await groups.groupsOf(tenant, members);
  const sizeOf = (group: GroupId) => [...groupOf.values()].filter((each) => each === group).length;
  const seen = new Set<GroupId>();
  return results.flatMap((result) => {
    const group = groupOf.get(result.image_id);
    if (group === undefined) return [result];
    if (seen.has(group)) return [];
    seen.add(group);
    return [{ ...result, group_id: group, group_size: sizeOf(group) }];
  });
}
