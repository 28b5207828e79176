import type { ImageStore } from '#shared/images/image-store.ts';
import { isIndexed } from '#shared/images/indexed-image.ts';
import type { GroupId, ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { mayLink, type Separation } from './decision.ts';
import type { DuplicateGroup, GroupMember } from './group.ts';
import { byProximity, reanchored, suppressEvent, withMembers } from './group-members.ts';
import type { GroupStore } from './group-store.ts';
import { ungrouped } from './separate-group.ts';

interface Ports {
  groups: GroupStore;
  imageStore: Pick<ImageStore, 'getMany'>;
}

const MAX_ATTEMPTS = 20;
/** The most members restored in one write: a DynamoDB transaction has at most 100 items. */
const MAX_RETURNING = 90;

/**
 * Undoes the decisions on a group: it is undecided again, under its old id, with its former members, except those that
 * were deleted or have joined another group.
 * @throws Problem `not_found` if nothing was decided
 */
export function undoDecision(ports: Ports) {
  const { groups } = ports;

  async function restore(separations: readonly Separation[], at: string): Promise<void> {
    const [first] = separations;
    if (!first) return;
    const { tenant_id: tenant, group_id } = first;
    const former = await existingMembers(ports, tenant, separations);
    const exhausted = () =>
      new Problem('dependency_unavailable', `The group ${group_id} is changing. Try again.`, {
        retryAfter: 1,
      });
    await retryOnConflict({ attempts: MAX_ATTEMPTS, exhausted }, async () => {
      const subgroup = await subgroupOf(groups, tenant, group_id, former);
      if (subgroup) {
        await groups.save({ ...subgroup, members: [] });
        return CONFLICT;
      }
      const group: DuplicateGroup = (await groups.get(tenant, group_id)) ?? emptyGroup(first, at);
      const cannotLinks = await groups.cannotLinks(
        tenant,
        former.map(({ image_id }) => image_id),
      );
      const members = [...group.members];
      for (const member of (await ungrouped(groups, tenant, former))
        .toSorted(byProximity)
        .slice(0, MAX_RETURNING)) {
        const restored = members.length > 0 && member.distance === 0 ? { ...member, distance: 1 } : member;
        if (mayLink(cannotLinks, member.image_id, members)) members.push(restored);
      }
      if (members.length === group.members.length || members.length < 2) return undefined;
      await groups.save(withMembers(suppressEvent(group), reanchored(members), at));
      return CONFLICT;
    });
  }

  return async (tenant: TenantId, id: GroupId, at: string): Promise<void> => {
    const [group, separations] = await Promise.all([groups.get(tenant, id), groups.separations(tenant, id)]);
    if (!group?.decision && separations.length === 0)
      throw new Problem('not_found', `Nothing was decided on ${id}.`);
    if (group?.decision) {
      const { decision: _, ...open } = group;
      if (!(await groups.save({ ...suppressEvent(open), updated_at: at })))
        throw new Problem('dependency_unavailable', `The group ${id} is changing. Try again.`, {
          retryAfter: 1,
        });
    }
    for (const separation of separations) await groups.removeCannotLinks(separation);
    await restore(separations, at);
    // last, so that an interrupted undo can be repeated
    for (const separation of separations) await groups.removeSeparation(separation);
  };
}

/** Returns the members of the separations whose images still exist, each as in the oldest separation. */
async function existingMembers(
  { imageStore }: Ports,
  tenant: TenantId,
  separations: readonly Separation[],
): Promise<GroupMember[]> {
  const former = new Map<ImageId, GroupMember>();
  for (const member of separations.flatMap(({ members }) => members))
    if (!former.has(member.image_id)) former.set(member.image_id, member);
  const existing = (await imageStore.getMany(tenant, [...former.keys()])).filter(isIndexed);
  return existing.flatMap(({ image_id }) => former.get(image_id) ?? []);
}

/** Returns an undecided group that consists only of former members: it is merged back. */
async function subgroupOf(
  groups: GroupStore,
  tenant: TenantId,
  id: GroupId,
  former: readonly GroupMember[],
): Promise<DuplicateGroup | undefined> {
  const ids = former.map(({ image_id }) => image_id);
  for (const other of new Set((await groups.groupsOf(tenant, ids)).values())) {
    const group = other === id ? undefined : await groups.get(tenant, other);
    if (group && !group.decision && group.members.every(({ image_id }) => ids.includes(image_id)))
      return group;
  }
  return undefined;
}

/** Returns the group without members, marked as published: it was before. */
const emptyGroup = ({ tenant_id, group_id, created_at }: Separation, at: string): DuplicateGroup => ({
  tenant_id,
  group_id,
  verdict: 'exact',
  confidence: 1,
  members: [],
  version: 0,
  told_version: 0,
  created_at,
  updated_at: at,
});
