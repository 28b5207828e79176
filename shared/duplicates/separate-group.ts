import { newGroupId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { type Apart, mayJoin, type Separation } from './decision.ts';
import type { GroupMember } from './group.ts';
import { anchorOf, byPlace, placeBy, quietly, withMembers } from './group-members.ts';
import type { GroupStore } from './group-store.ts';

const MAX_ATTEMPTS = 20;
/** Members of one write: a DynamoDB transaction holds 100 items. */
const MAX_LEAVERS = 90;

/**
 * Takes a group apart as a separation says: the anchor and what may stay with it keep the group; of those that leave,
 * what is still the same makes a group of its own. Carried out again, it changes nothing.
 * @throws Problem `dependency_unavailable` where others were always faster
 */
export async function carryOut(groups: GroupStore, separation: Separation, at: string): Promise<void> {
  const { tenant_id: tenant, group_id, members } = separation;
  const ids = members.map(({ image_id }) => image_id);
  const exhausted = () =>
    new Problem('dependency_unavailable', `The group ${group_id} keeps changing. Try again.`, {
      retryAfter: 1,
    });
  await retryOnConflict({ attempts: MAX_ATTEMPTS, exhausted }, async () => {
    const group = await groups.get(tenant, group_id);
    const apart = await groups.apart(tenant, ids);
    const leave = group ? leavers(group.members, apart).slice(0, MAX_LEAVERS) : [];
    if (group && leave.length > 0) {
      const { decision: _, ...open } = quietly(group);
      const left = group.members.filter((member) => !leave.includes(member));
      await groups.save(withMembers(open, left, at));
      return CONFLICT;
    }
    const together = stillSame(await freeOf(groups, tenant, members), apart);
    if (together.length < 2) return undefined;
    const made = { tenant_id: tenant, group_id: newGroupId(), version: 0, told_version: 0, created_at: at };
    await groups.save(withMembers({ ...quietly(made), updated_at: at }, together, at));
    return CONFLICT;
  });
}

/** Those of the members that are in no group. */
export async function freeOf(
  groups: Pick<GroupStore, 'groupsOf'>,
  tenant: TenantId,
  members: readonly GroupMember[],
): Promise<GroupMember[]> {
  const ids = members.map(({ image_id }) => image_id);
  const known = await groups.groupsOf(tenant, ids);
  return members.filter(({ image_id }) => !known.has(image_id));
}

/** Those that may not stay with the anchor, or with a better placed one that stays. */
function leavers(members: readonly GroupMember[], apart: Apart): GroupMember[] {
  const stay: GroupMember[] = [];
  const leave: GroupMember[] = [];
  for (const member of members.toSorted(byPlace))
    (mayJoin(apart, member.image_id, stay) ? stay : leave).push(member);
  return leave;
}

/** Of pictures that were one picture's copies, the first few that are so near to each other that they are copies too. */
function stillSame(free: readonly GroupMember[], apart: Apart): GroupMember[] {
  const sorted = free.toSorted(byPlace);
  for (const [n, first] of sorted.entries()) {
    const together = [anchorOf(first.image_id)];
    for (const { image_id, confidence, verdict, distance } of sorted.slice(n + 1)) {
      // by way of the picture that both are copies of
      const place =
        first.distance + distance <= 2 &&
        placeBy(first, { imageId: image_id, confidence, verdict }, image_id);
      if (place && mayJoin(apart, image_id, together)) together.push({ ...place, distance: 1 });
    }
    if (together.length > 1) return together;
  }
  return [];
}
