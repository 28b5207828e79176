import type { GroupId, ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { CopyVerdict } from '#shared/kernel/vocabulary.ts';

/** A picture in a duplicate group. */
export interface GroupMember {
  image_id: ImageId;
  /** 0..1: how sure it is that this picture is the anchor's copy; 1 for the anchor itself. */
  confidence: number;
  verdict: CopyVerdict;
  /** Matches between it and the group's first picture: 0 for that one, at most 2, so that no chain of copies grows long. */
  distance: number;
}

/** A decision that leaves the group as it is. It lies within the group. */
export interface Decision {
  action: 'keep_all' | 'keep_one';
  /** With `keep_one`: which one. */
  keeper?: ImageId;
  /** The pictures that it was about: one that joins later is a new question. */
  image_ids: ImageId[];
  decided_at: string;
  /** The credential's subject. */
  decided_by: string;
}

/** Pictures of one tenant that are the same picture. Never fewer than two. */
export interface DuplicateGroup {
  tenant_id: TenantId;
  group_id: GroupId;
  /** `exact` where all members are, else `edited_copy`. */
  verdict: CopyVerdict;
  /** The least of the members' confidences. */
  confidence: number;
  members: GroupMember[];
  /** Counts the changes: a write names the version that it read. */
  version: number;
  /** The version that `duplicates.found` has told of. */
  told_version?: number;
  decision?: Decision;
  created_at: string;
  updated_at: string;
}
