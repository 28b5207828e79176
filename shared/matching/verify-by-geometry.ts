import { judge, type VerdictRules } from '#shared/matching/decision/decide.ts';
import { type Alignment, align } from '#shared/matching/geometry/alignment.ts';
import type { LocalDescriptors } from '#shared/matching/geometry/descriptor-matches.ts';
import type { MatchContext, Step } from './match-context.ts';
import type { MatchCandidate } from './near-image.ts';
import type { OrientedDescriptors } from './query-image.ts';

/** Aligns the upright query with each uncertain candidate; an inlier score above the model's threshold proves a copy. */
export const verifyByGeometry: Step = async (context, candidates) =>
  candidates.map((candidate) => verifyGeometry(context, candidate));

/** Verifies one candidate; returns it unchanged if it has no descriptors or was verified before. */
export function verifyGeometry(
  { descriptors, manifest }: Pick<MatchContext, 'descriptors' | 'manifest'>,
  candidate: MatchCandidate,
): MatchCandidate {
  if (!candidate.descriptors || candidate.geometryVerified) return candidate;
  const upright: OrientedDescriptors[] = descriptors ? [{ orientation: 'upright', descriptors }] : [];
  const alignment = bestAlignment(upright, candidate.descriptors);
  const verified = { ...candidate, geometryVerified: true } as const;
  return alignment ? withAlignment(verified, alignment, manifest) : verified;
}

/** Returns the alignment with the highest inlier score; of equal ones, that of the first orientation. */
export const bestAlignment = (
  query: readonly OrientedDescriptors[],
  stored: LocalDescriptors,
): Alignment | undefined =>
  query
    .flatMap(({ orientation, descriptors }) => align(descriptors, stored, orientation) ?? [])
    .reduce<Alignment | undefined>(
      (best, each) => (best && best.inlierScore >= each.inlierScore ? best : each),
      undefined,
    );

/** Judges a candidate again, with an alignment as evidence. */
export function withAlignment(
  candidate: MatchCandidate,
  alignment: Alignment,
  rules: VerdictRules,
): MatchCandidate {
  const evidence = { ...candidate.evidence, inlierScore: alignment.inlierScore };
  return { ...candidate, evidence, ...judge(evidence, rules), alignment };
}
