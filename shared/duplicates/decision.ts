import { z } from 'zod';
import { GroupIdField, ImageIdField, TenantIdField } from '#shared/kernel/id-fields.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import { type DuplicateGroup, GroupMember } from './group.ts';

/** The decision that images of a group are not the same. It is stored apart from the group, so that it can be undone. */
export const Separation = z.object({
  tenant_id: TenantIdField,
  group_id: GroupIdField,
  /** The group's members before the decision. */
  members: z.array(GroupMember),
  /** The pairs that are not the same; absent: no two members are. */
  pairs: z.array(z.tuple([ImageIdField, ImageIdField])).exactOptional(),
  /** When the group was created. */
  created_at: z.string(),
  decided_at: z.string(),
  decided_by: z.string(),
});
export type Separation = z.infer<typeof Separation>;

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
