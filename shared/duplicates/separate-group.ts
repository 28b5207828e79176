import { newGroupId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { type CannotLinks, mayLink, type Separation } from './decision.ts';
import type { GroupMember } from './group.ts';
import { anchorOf, byProximity, membershipVia, suppressEvent, withMembers } from './group-members.ts';
import type { GroupStore } from './group-store.ts';

const MAX_ATTEMPTS = 20;
/** The most members removed in one write: a DynamoDB transaction has at most 100 items. */
const MAX_LEAVERS = 90;

/**
 * Splits a group by its cannot-links: the anchor and the members that may stay with it keep the group; of those that
 * leave, remaining copies form a group of their own. Idempotent.
 * @throws Problem `dependency_unavailable` if concurrent changes win every attempt
 */
export async function applySeparation(groups: GroupStore, separation: Separation, at: string): Promise<void> {
  const { tenant_id: tenant, group_id, members } = separation;
  const ids = members.map(({ image_id }) => image_id);
  const exhausted = () =>
    new Problem('dependency_unavailable', `The group ${group_id} keeps changing. Try again.`, {
      retryAfter: 1,
    });
  await retryOnConflict({ attempts: MAX_ATTEMPTS, exhausted }, async () => {
    const group = await groups.get(tenant, group_id);
    const cannotLinks = await groups.cannotLinks(tenant, ids);
    const leave = group ? leavers(group.members, cannotLinks).slice(0, MAX_LEAVERS) : [];
    if (group && leave.length > 0) {
      const { decision: _, ...open } = suppressEvent(group);
      const remaining = group.members.filter((member) => !leave.includes(member));
      await groups.save(withMembers(open, remaining, at));
      return CONFLICT;
    }
    const together = regroup(await ungrouped(groups, tenant, members), cannotLinks);
    if (together.length < 2) return undefined;
    const created = {
      tenant_id: tenant,
      group_id: newGroupId(),
      version: 0,
      told_version: 0,
      created_at: at,
    };
    await groups.save(withMembers({ ...suppressEvent(created), updated_at: at }, together, at));
    return CONFLICT;
  });
}

/** Returns the members that are in no group. */
export async function ungrouped(
  groups: Pick<GroupStore, 'groupsOf'>,
  tenant: TenantId,
  members: readonly GroupMember[],
): Promise<GroupMember[]> {
  const ids = members.map(({ image_id }) => image_id);
  const known = await groups.groupsOf(tenant, ids);
  return members.filter(({ image_id }) => !known.has(image_id));
}

/** Returns the members that may not stay with the anchor, or with a closer member that stays. */
function leavers(members: readonly GroupMember[], cannotLinks: CannotLinks): GroupMember[] {
  const stay: GroupMember[] = [];
  const leave: GroupMember[] = [];
  for (const member of members.toSorted(byProximity))
    (mayLink(cannotLinks, member.image_id, stay) ? stay : leave).push(member);
  return leave;
}

/** Returns the first set of free images that are copies of each other, through the anchor that they shared; or none. */
function regroup(free: readonly GroupMember[], cannotLinks: CannotLinks): GroupMember[] {
  const sorted = free.toSorted(byProximity);
  for (const [n, first] of sorted.entries()) {
    const together = [anchorOf(first)];
    for (const member of sorted.slice(n + 1)) {
      // the distance and confidence through their common anchor
      const membership = first.distance + member.distance <= 2 && membershipVia(first, member, member);
      if (membership && mayLink(cannotLinks, member.image_id, together))
        together.push({ ...membership, distance: 1 });
    }
    if (together.length > 1) return together;
  }
  return [];
}
