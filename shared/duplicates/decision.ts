import * as z from 'zod';
import { GroupIdField, ImageIdField, TenantIdField } from '#shared/kernel/id-fields.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import { type DuplicateGroup, GroupMember } from './group.ts';

/** The decision that images of a group are not duplicates. It outlives the group, so that it can be undone. */
export const Separation = z.object({
  tenant_id: TenantIdField,
  group_id: GroupIdField,
  /** The group's members before the decision. */
  members: z.array(GroupMember),
  /** The pairs that are not duplicates; by default all pairs of members. */
  pairs: z.array(z.tuple([ImageIdField, ImageIdField])).exactOptional(),
  /** When the group was created. */
  created_at: z.string(),
  decided_at: z.string(),
  decided_by: z.string(),
});
export type Separation = z.infer<typeof Separation>;

/** Maps each image to the images that it must not share a group with. */
export type CannotLinks = ReadonlyMap<ImageId, ReadonlySet<ImageId>>;

/** Returns true if the decision covers all current members. */
export const isDecided = ({ decision, members }: Pick<DuplicateGroup, 'decision' | 'members'>): boolean =>
  decision !== undefined && members.every(({ image_id }) => decision.image_ids.includes(image_id));

/** Returns the cannot-links of a separation, each in both directions. */
export function cannotLinksOf({ members, pairs }: Pick<Separation, 'members' | 'pairs'>): CannotLinks {
  const ids = members.map(({ image_id }) => image_id);
  if (!pairs) return new Map(ids.map((id) => [id, new Set(ids.filter((other) => other !== id))]));
  const links = new Map<ImageId, Set<ImageId>>();
  for (const [one, other] of pairs) {
    links.set(one, (links.get(one) ?? new Set()).add(other));
    links.set(other, (links.get(other) ?? new Set()).add(one));
  }
  return links;
}

/** Returns true if no cannot-link forbids the image in a group with these members. */
export function mayLink(cannotLinks: CannotLinks, image: ImageId, members: readonly GroupMember[]): boolean {
  const others = cannotLinks.get(image);
  return !others || !members.some(({ image_id }) => others.has(image_id));
}
