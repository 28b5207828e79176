import * as z from 'zod';
import { GroupIdField, ImageIdField, TenantIdField } from '#shared/kernel/id-fields.ts';
import { COPY_VERDICTS } from '#shared/kernel/vocabulary.ts';

/** An image in a duplicate group. */
export const GroupMember = z.object({
  image_id: ImageIdField,
  /** Confidence, 0..1, that this image is a copy of the anchor; 1 for the anchor itself. */
  confidence: z.number(),
  verdict: z.enum(COPY_VERDICTS),
  /** Matches between this image and the anchor, the group's first image: 0 for the anchor, at most 2, so that chains stay short. */
  distance: z.number(),
  /** Equal for images with equal pixels; absent for members that joined before it was stored. */
  content: z.string().exactOptional(),
});
export type GroupMember = z.infer<typeof GroupMember>;

/** A decision that leaves the group as it is. It is stored within the group. */
export const Decision = z.object({
  action: z.enum(['keep_all', 'keep_one']),
  /** The image to keep, with `keep_one`. */
  keeper: ImageIdField.exactOptional(),
  /** The images that were decided on: a member that joins later makes the group undecided. */
  image_ids: z.array(ImageIdField),
  decided_at: z.string(),
  /** The credential's subject. */
  decided_by: z.string(),
});
export type Decision = z.infer<typeof Decision>;

/** Images of one tenant that are copies of each other: at least two. */
export const DuplicateGroup = z.object({
  tenant_id: TenantIdField,
  group_id: GroupIdField,
  /** `exact` if all members are, else `edited_copy`. */
  verdict: z.enum(COPY_VERDICTS),
  /** The least of the members' confidences. */
  confidence: z.number(),
  members: z.array(GroupMember),
  /** Number of changes: a write names the version that it read. */
  version: z.number(),
  /** The version that `duplicates.found` was published of. */
  told_version: z.number().exactOptional(),
  decision: Decision.exactOptional(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type DuplicateGroup = z.infer<typeof DuplicateGroup>;
