import type { CopyVerdict } from '#shared/kernel/vocabulary.ts';
import type { DuplicateGroup, GroupMember } from './group.ts';

/** Returns true if two members have equal pixels: both equal the anchor, or they have the same content. */
const isExactPair = (one: GroupMember, other: GroupMember): boolean =>
  (one.verdict === 'exact' && other.verdict === 'exact') ||
  (one.content !== undefined && one.content === other.content);

/**
 * Returns a member's relation to the keeper. A member and a keeper that are both edited copies of the anchor have been compared
 * with it, not with each other: the product of their confidences.
 */
export function towards(
  keeper: GroupMember,
  member: GroupMember,
): { verdict: CopyVerdict; confidence: number } {
  if (member.image_id === keeper.image_id || isExactPair(keeper, member))
    return { verdict: 'exact', confidence: 1 };
  const viaAnchor = [keeper, member].filter(({ verdict }) => verdict !== 'exact');
  return {
    verdict: 'edited_copy',
    confidence: viaAnchor.reduce((product, { confidence }) => product * confidence, 1),
  };
}

/** Returns the sets of two members or more that are exact copies of each other, the earliest first. */
export function exactSets({ members }: Pick<DuplicateGroup, 'members'>): GroupMember[][] {
  const sets: GroupMember[][] = [];
  for (const member of members) {
    const set = sets.find((each) => each.some((other) => isExactPair(member, other)));
    if (set) set.push(member);
    else sets.push([member]);
  }
  return sets.filter((set) => set.length > 1);
}
