import type { GroupId, ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { DuplicateGroup, GroupMember } from './group.ts';

/** The decision that pictures of a group are not the same. It outlives the group, so that it can be undone. */
export interface Separation {
  tenant_id: TenantId;
  group_id: GroupId;
  /** The group's members before, with their places. */
  members: GroupMember[];
  /** Which are not the same; without it, no two of the members are. */
  pairs?: [ImageId, ImageId][];
  /** When the group was made. */
  created_at: string;
  decided_at: string;
  decided_by: string;
}

/** From each picture to those that it must not share a group with. */
export type Apart = ReadonlyMap<ImageId, ReadonlySet<ImageId>>;

/** Whether somebody has decided on the group as it is now. */
export const isDecided = ({ decision, members }: Pick<DuplicateGroup, 'decision' | 'members'>): boolean =>
  decision !== undefined && members.every(({ image_id }) => decision.image_ids.includes(image_id));

/** Who is kept apart from whom by a separation. Each pair is told from both sides. */
export function apartBy({ members, pairs }: Pick<Separation, 'members' | 'pairs'>): Apart {
  const ids = members.map(({ image_id }) => image_id);
  if (!pairs) return new Map(ids.map((id) => [id, new Set(ids.filter((other) => other !== id))]));
  const apart = new Map<ImageId, Set<ImageId>>();
  for (const [one, other] of pairs) {
    apart.set(one, (apart.get(one) ?? new Set()).add(other));
    apart.set(other, (apart.get(other) ?? new Set()).add(one));
  }
  return apart;
}

/** Whether a picture may be in a group with these. */
export function mayJoin(apart: Apart, image: ImageId, members: readonly GroupMember[]): boolean {
  const others = apart.get(image);
  return !others || !members.some(({ image_id }) => others.has(image_id));
}
