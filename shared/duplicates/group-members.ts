import type { ImageId } from '#shared/kernel/ids.ts';
import type { CopyVerdict } from '#shared/kernel/vocabulary.ts';
import type { DuplicateGroup, GroupMember } from './group.ts';

/** A stored image that is a copy of the query. */
export interface Match {
  imageId: ImageId;
  verdict: CopyVerdict;
  /** 0..1 */
  confidence: number;
  content?: string;
}

/** Returns the `content` of an image's membership. */
export const contentOf = ({ hash_pixels }: { hash_pixels: string }): string => hash_pixels.slice(0, 16);

/** An image that joins a group. */
export type Joining = Pick<GroupMember, 'image_id' | 'content'>;
const joining = ({ image_id, content }: Joining): Joining => ({
  image_id,
  ...(content !== undefined && { content }),
});

/** The most matches between a member and the anchor: similarity is not transitive. */
const MAX_DISTANCE = 2;
/** The lowest confidence of a member, 0..1; also the lowest `min_confidence` of a listing. */
export const MIN_CONFIDENCE = 0.9;

/** Returns a member that is the group's anchor, to which the distances of the others refer. */
export const anchorOf = (image: Joining): GroupMember => ({
  ...joining(image),
  confidence: 1,
  verdict: 'exact',
  distance: 0,
});

/** Returns the membership of an image that matches `member`; undefined if it is too distant or its confidence too low. */
export function membershipVia(
  member: GroupMember,
  match: Pick<Match, 'verdict' | 'confidence'>,
  image: Joining,
): GroupMember | undefined {
  const distance = member.distance + 1;
  const confidence = member.confidence * match.confidence;
  if (distance > MAX_DISTANCE || confidence < MIN_CONFIDENCE) return undefined;
  const exact = member.verdict === 'exact' && match.verdict === 'exact';
  return { ...joining(image), confidence, verdict: exact ? 'exact' : 'edited_copy', distance };
}

/** Orders members by distance to the anchor, then by descending confidence, then by id. */
export const byProximity = (one: GroupMember, other: GroupMember): number =>
  one.distance - other.distance ||
  other.confidence - one.confidence ||
  (one.image_id < other.image_id ? -1 : 1);

/** Orders matches: exact first, then by descending confidence, then by id. */
export const byConfidence = (one: Match, other: Match): number =>
  Number(other.verdict === 'exact') - Number(one.verdict === 'exact') ||
  other.confidence - one.confidence ||
  (one.imageId < other.imageId ? -1 : 1);

/** Returns the group with these members and the verdict and confidence derived from them. */
export const withMembers = (
  group: Omit<DuplicateGroup, 'members' | 'verdict' | 'confidence'>,
  members: readonly GroupMember[],
  at: string,
): DuplicateGroup => ({
  ...group,
  verdict: members.every(({ verdict }) => verdict === 'exact') ? 'exact' : 'edited_copy',
  confidence: Math.min(...members.map(({ confidence }) => confidence)),
  members: [...members],
  updated_at: at,
});

/** Marks the next version as published if the current one is: the change is not a new finding. */
export const suppressEvent = <Group extends Pick<DuplicateGroup, 'version' | 'told_version'>>(
  group: Group,
): Group => (group.told_version === group.version ? { ...group, told_version: group.version + 1 } : group);

/** Returns the members without one, with an anchor. */
export const withoutMember = (members: readonly GroupMember[], imageId: ImageId): GroupMember[] =>
  reanchored(members.filter((member) => member.image_id !== imageId));

/**
 * Returns the members with an anchor. If it is missing, the next best member becomes the anchor, exact before edited. The
 * others keep their distances, which still refer to the former anchor.
 */
export function reanchored(members: readonly GroupMember[]): GroupMember[] {
  if (members.some(({ distance }) => distance === 0)) return [...members];
  const [successor] = members.toSorted(
    (one, other) =>
      Number(other.verdict === 'exact') - Number(one.verdict === 'exact') || byProximity(one, other),
  );
  return members.map((member) => (member === successor ? anchorOf(member) : member));
}
