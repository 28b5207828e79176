import type { ImageId } from '#shared/kernel/ids.ts';
import type { CopyVerdict } from '#shared/kernel/vocabulary.ts';
import type { DuplicateGroup, GroupMember } from './group.ts';

/** A picture that is the same as the one in question. */
export interface Match {
  imageId: ImageId;
  verdict: CopyVerdict;
  /** 0..1 */
  confidence: number;
}

/** Matches between a member and the group's anchor: a copy of a copy of a copy need not be one. */
const MAX_DISTANCE = 2;
/** A member that is less surely the anchor's copy, 0..1, stays out. `min_confidence` of a listing starts here. */
export const LEAST_CONFIDENCE = 0.9;

/** The picture that the others are compared with. */
export const anchorOf = (imageId: ImageId): GroupMember => ({
  image_id: imageId,
  confidence: 1,
  verdict: 'exact',
  distance: 0,
});

/** A picture's place, reached through a member that it matches; undefined where that is too far or too unsure. */
export function placeBy(member: GroupMember, match: Match, imageId: ImageId): GroupMember | undefined {
  const distance = member.distance + 1;
  const confidence = member.confidence * match.confidence;
  if (distance > MAX_DISTANCE || confidence < LEAST_CONFIDENCE) return undefined;
  const exact = member.verdict === 'exact' && match.verdict === 'exact';
  return { image_id: imageId, confidence, verdict: exact ? 'exact' : 'edited_copy', distance };
}

/** The best place first: the nearest to the anchor, then the surest, then by id. */
export const byPlace = (one: GroupMember, other: GroupMember): number =>
  one.distance - other.distance ||
  other.confidence - one.confidence ||
  (one.image_id < other.image_id ? -1 : 1);

/** The surest match first. */
export const bySureness = (one: Match, other: Match): number =>
  Number(other.verdict === 'exact') - Number(one.verdict === 'exact') ||
  other.confidence - one.confidence ||
  (one.imageId < other.imageId ? -1 : 1);

/** The group with these members, and what follows from them. */
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

/** The group before a change that is no finding: nobody has to be told of it. */
export const quietly = <Group extends Pick<DuplicateGroup, 'version' | 'told_version'>>(
  group: Group,
): Group => (group.told_version === group.version ? { ...group, told_version: group.version + 1 } : group);

/** The members without one. */
export const without = (members: readonly GroupMember[], imageId: ImageId): GroupMember[] =>
  reanchored(members.filter((member) => member.image_id !== imageId));

/**
 * The members with an anchor: where it went, the next best takes its place, an exact one before an edited one; the others
 * keep their distance, which was counted to the same picture.
 */
export function reanchored(members: readonly GroupMember[]): GroupMember[] {
  if (members.some(({ distance }) => distance === 0)) return [...members];
  const [heir] = members.toSorted(
    (one, other) =>
      Number(other.verdict === 'exact') - Number(one.verdict === 'exact') || byPlace(one, other),
  );
  return members.map((member) => (member === heir ? anchorOf(member.image_id) : member));
}
