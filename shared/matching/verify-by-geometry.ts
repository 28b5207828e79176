import { type Alignment, align } from '#shared/matching/geometry/alignment.ts';
import { meanRarity } from '#shared/matching/geometry/descriptor-matches.ts';
import type { MatchContext } from './match-context.ts';
import type { MatchCandidate } from './near-image.ts';
import { inverseAlignment, isReversed } from './pair-order.ts';
import { localDescriptors } from './query-image.ts';

/** Aligns the query with each candidate whose local descriptors were read: some 3 ms each. */
export function verifyByGeometry(
  { manifest, query }: MatchContext,
  candidates: readonly MatchCandidate[],
): readonly MatchCandidate[] {
  const descriptors = localDescriptors(manifest, query.embedding, query);
  if (!descriptors) return candidates;
  return candidates.map((candidate): MatchCandidate => {
    if (!candidate.descriptors) return candidate;
    const { record } = candidate;
    let alignment: Alignment | undefined;
    if (isReversed(query, { pixelHash: record.hash_pixels })) {
      const reverse = align(candidate.descriptors, descriptors);
      alignment = reverse && inverseAlignment(reverse, query, record);
    } else alignment = align(descriptors, candidate.descriptors);
    const variety = Math.max(meanRarity(descriptors), meanRarity(candidate.descriptors));
    if (!alignment) return { ...candidate, evidence: { ...candidate.evidence, variety } };
    const { inlierScore, rareInlierScore } = alignment;
    const evidence = { ...candidate.evidence, inlierScore, rareInlierScore, variety };
    return { ...candidate, evidence, alignment };
  });
}
