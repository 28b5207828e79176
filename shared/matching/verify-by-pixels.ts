import { isCopy } from '#shared/matching/decision/decide.ts';
import {
  isUnlikely,
  likelihood,
  mayAgree,
  mayBeCopy,
  needsPixels,
} from '#shared/matching/decision/likelihood.ts';
import type { VerdictRules } from '#shared/matching/decision/vector-rules.ts';
import { alignmentFromQuad, type Quad } from '#shared/matching/geometry/alignment.ts';
import { comparePixels } from './compare-pixels.ts';
import { BOUNDS, type MatchContext } from './match-context.ts';
import type { MatchCandidate } from './near-image.ts';
import { type PixelImage, pixelImage } from './pixel-image.ts';
import { readModelImage } from './read-model-image.ts';
import { alignRest } from './verify-by-geometry.ts';

/**
 * Registers the query with each candidate that may be a copy, most likely first within the bounds, and compares their pixels.
 * A candidate that it could compare, but did not, is no copy.
 */
export async function verifyByPixels(
  context: MatchContext,
  candidates: readonly MatchCandidate[],
): Promise<readonly MatchCandidate[]> {
  const { manifest, options } = context;
  if (options.withoutPixels) return candidates;
  const nearest = nearestOf(candidates, manifest);
  const isUncertain = (each: MatchCandidate) => needsPixels(each, manifest) || nearest.includes(each);
  const uncertain = candidates.filter(isUncertain);
  const likeliest = mostLikelyFirst(uncertain, manifest).filter((candidate, place) => {
    const isLikely = candidate.nearestToShown || likelihood(candidate, manifest) >= 1;
    return place < (isLikely ? BOUNDS.pixels : BOUNDS.unlikely);
  });
  // Some were not aligned before: their descriptors may agree nowhere.
  const compared = (await alignRest(context, likeliest)).filter(isUncertain);
  const queryImage = compared.length > 0 ? await context.queryPixels() : undefined;
  if (!queryImage) return candidates;
  const byId = new Map(compared.map((candidate) => [candidate.record.image_id, candidate]));
  // At once: each waits for the store.
  return Promise.all(
    candidates.map(async (candidate) => {
      const toCompare = byId.get(candidate.record.image_id);
      if (toCompare) {
        const isBrief = isUnlikely(toCompare, manifest);
        const verified = await comparedByPixels(context, queryImage, toCompare, isBrief);
        // A brief look finds copies; what it does not find was not compared.
        return isBrief && !isCopy(verified.evidence, manifest) ? unverified(toCompare) : verified;
      }
      return uncertain.includes(candidate) ? unverified(candidate) : candidate;
    }),
  );
}

const unverified = (candidate: MatchCandidate): MatchCandidate => ({
  ...candidate,
  evidence: { ...candidate.evidence, unverified: true },
});

/**
 * Returns those of the nearest by the copy vector whose local descriptors agree here or there, where nothing else tells of a copy: a
 * small part of a photograph has a low cosine, and is still nearer to it than to others.
 */
function nearestOf(candidates: readonly MatchCandidate[], rules: VerdictRules): readonly MatchCandidate[] {
  if (candidates.some((each) => likelihood(each, rules) >= 1)) return [];
  const nearness = ({ evidence, regionCopy = 0 }: MatchCandidate): number =>
    Math.max(evidence.copy ?? 0, regionCopy);
  return candidates
    .filter((each) => mayBeCopy(nearness(each), rules))
    .sort(
      (one, other) =>
        nearness(other) - nearness(one) || (one.record.image_id < other.record.image_id ? -1 : 1),
    )
    .slice(0, BOUNDS.nearest)
    .filter(mayAgree);
}

const mostLikelyFirst = (candidates: readonly MatchCandidate[], rules: VerdictRules): MatchCandidate[] =>
  [...candidates].sort(
    (one, other) =>
      likelihood(other, rules) - likelihood(one, rules) ||
      (one.record.image_id < other.record.image_id ? -1 : 1),
  );

/**
 * Compares the pixels of the query and a candidate. Returns it unchanged if its pixels are not stored: then vectors and
 * geometry decide.
 */
export async function comparedByPixels(
  { ports, tenant, query }: MatchContext,
  queryImage: PixelImage,
  candidate: MatchCandidate,
  isBrief = false,
): Promise<MatchCandidate> {
  const { record, evidence } = candidate;
  const stored = await readModelImage(ports, tenant, record.image_id);
  if (!stored) return candidate;
  const storedImage = pixelImage({ ...record, pixelHash: record.hash_pixels }, stored);
  const { quad, pixels, changes, elsewhere } = comparePixels(queryImage, storedImage, {
    aligned: candidate.alignment?.quad,
    isBrief,
  });
  const alignmentOf = (each: Quad) => alignmentFromQuad(each, evidence.inlierScore ?? 0, query, record);
  return {
    ...candidate,
    ...{ evidence: { ...evidence, ...candidate.rarity?.(), pixels }, changes },
    alignment: alignmentOf(quad),
    elsewhere: () => elsewhere().map(alignmentOf),
  };
}
