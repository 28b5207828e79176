import type { ImageStore } from '#shared/images/image-store.ts';
import { isIndexed } from '#shared/images/indexed-image.ts';
import type { GroupId, ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { mayJoin, type Separation } from './decision.ts';
import type { DuplicateGroup, GroupMember } from './group.ts';
import { byPlace, quietly, reanchored, withMembers } from './group-members.ts';
import type { GroupStore } from './group-store.ts';
import { freeOf } from './separate-group.ts';

interface Ports {
  groups: GroupStore;
  imageStore: Pick<ImageStore, 'getMany'>;
}

const MAX_ATTEMPTS = 20;
/** New members of one write: a DynamoDB transaction holds 100 items. */
const MAX_RETURNING = 90;

/**
 * Undoes what was decided on a group: it is an open question again, under its old id, with the pictures that it had. Those
 * that were deleted, or found another group, do not come back.
 * @throws Problem `not_found` where nothing was decided
 */
export function undoDecision(ports: Ports) {
  const { groups } = ports;

  async function restore(separations: readonly Separation[], at: string): Promise<void> {
    const [first] = separations;
    if (!first) return;
    const { tenant_id: tenant, group_id } = first;
    const were = await stillThere(ports, tenant, separations);
    const exhausted = () =>
      new Problem('dependency_unavailable', `The group ${group_id} is changing. Try again.`, {
        retryAfter: 1,
      });
    await retryOnConflict({ attempts: MAX_ATTEMPTS, exhausted }, async () => {
      const part = await partOf(groups, tenant, group_id, were);
      if (part) {
        await groups.save({ ...part, members: [] });
        return CONFLICT;
      }
      const group: DuplicateGroup = (await groups.get(tenant, group_id)) ?? empty(first, at);
      const apart = await groups.apart(
        tenant,
        were.map(({ image_id }) => image_id),
      );
      const members = [...group.members];
      for (const member of (await freeOf(groups, tenant, were)).toSorted(byPlace).slice(0, MAX_RETURNING)) {
        const place = members.length > 0 && member.distance === 0 ? { ...member, distance: 1 } : member;
        if (mayJoin(apart, member.image_id, members)) members.push(place);
      }
      if (members.length === group.members.length || members.length < 2) return undefined;
      await groups.save(withMembers(quietly(group), reanchored(members), at));
      return CONFLICT;
    });
  }

  return async (tenant: TenantId, id: GroupId, at: string): Promise<void> => {
    const [group, separations] = await Promise.all([groups.get(tenant, id), groups.separations(tenant, id)]);
    if (!group?.decision && separations.length === 0)
      throw new Problem('not_found', `Nothing was decided on ${id}.`);
    if (group?.decision) {
      const { decision: _, ...open } = group;
      if (!(await groups.save({ ...quietly(open), updated_at: at })))
        throw new Problem('dependency_unavailable', `The group ${id} is changing. Try again.`, {
          retryAfter: 1,
        });
    }
    for (const separation of separations) await groups.unbar(separation);
    await restore(separations, at);
    // last, so that an undoing that was cut off can be repeated
    for (const separation of separations) await groups.forget(separation);
  };
}

/** The members of the separations whose pictures are not deleted, each with its oldest place. */
async function stillThere(
  { imageStore }: Ports,
  tenant: TenantId,
  separations: readonly Separation[],
): Promise<GroupMember[]> {
  const were = new Map<ImageId, GroupMember>();
  for (const member of separations.flatMap(({ members }) => members))
    if (!were.has(member.image_id)) were.set(member.image_id, member);
  const there = (await imageStore.getMany(tenant, [...were.keys()])).filter(isIndexed);
  return there.flatMap(({ image_id }) => were.get(image_id) ?? []);
}

/** A group that some of these have made among themselves since, with nobody else: it goes back into the old one. */
async function partOf(
  groups: GroupStore,
  tenant: TenantId,
  id: GroupId,
  were: readonly GroupMember[],
): Promise<DuplicateGroup | undefined> {
  const ids = were.map(({ image_id }) => image_id);
  for (const other of new Set((await groups.groupsOf(tenant, ids)).values())) {
    const group = other === id ? undefined : await groups.get(tenant, other);
    if (group && !group.decision && group.members.every(({ image_id }) => ids.includes(image_id)))
      return group;
  }
  return undefined;
}

/** The group again, as nobody has to be told of it: it was told of before. */
const empty = ({ tenant_id, group_id, created_at }: Separation, at: string): DuplicateGroup => ({
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
