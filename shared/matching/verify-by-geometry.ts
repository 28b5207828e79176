import { align } from '#shared/matching/geometry/alignment.ts';
import { meanRarity } from '#shared/matching/geometry/descriptor-matches.ts';
import { compareVectors } from './compare-vectors.ts';
import type { MatchContext, Retrieved } from './match-context.ts';
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
    const isReverse = isReversed(query, { pixelHash: record.hash_pixels });
    const [one, other] = isReverse
      ? [candidate.descriptors, descriptors]
      : [descriptors, candidate.descriptors];
    const aligned = align(one, other);
    const alignment = isReverse
      ? aligned && inverseAlignment(aligned.alignment, query, record)
      : aligned?.alignment;
    const rarity = () => ({
      variety: Math.max(meanRarity(one), meanRarity(other)),
      ...(alignment && { rareInlierScore: aligned?.rareInlierScore() }),
    });
    if (!alignment) return { ...candidate, rarity };
    const evidence = { ...candidate.evidence, inlierScore: alignment.inlierScore };
    return { ...candidate, rarity, evidence, alignment };
  });
}

/** Reads images and their vectors, compares these with the query's, and aligns all of them. */
export async function compareAndAlign(
  context: MatchContext,
  images: readonly Retrieved[],
): Promise<readonly MatchCandidate[]> {
  const toAlign = new Set(images.map(({ imageId }) => imageId));
  return verifyByGeometry(context, await compareVectors(context, images, toAlign));
}

/**
 * Aligns those that were not among the nearest, before their pixels are compared: else a pair would have other evidence from
 * the end at which it is.
 */
export async function alignRest(
  context: MatchContext,
  candidates: readonly MatchCandidate[],
): Promise<readonly MatchCandidate[]> {
  const { manifest, query } = context;
  const rest = candidates.filter(({ rarity }) => rarity === undefined);
  if (rest.length === 0 || !localDescriptors(manifest, query.embedding, query)) return candidates;
  const retrieved = rest.map(({ record, regionCopy, nearestToShown }) => ({
    imageId: record.image_id,
    ...(regionCopy !== undefined && { regionCopy }),
    ...(nearestToShown && { nearestToShown }),
  }));
  const aligned = await compareAndAlign(context, retrieved);
  const byId = new Map(aligned.map((candidate) => [candidate.record.image_id, candidate]));
  return candidates.map((candidate) => byId.get(candidate.record.image_id) ?? candidate);
}
