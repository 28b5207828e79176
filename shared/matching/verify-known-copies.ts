import type { ImageId } from '#shared/kernel/ids.ts';
import { isCopy } from './decision/decide.ts';
import { BOUNDS, type MatchContext } from './match-context.ts';
import type { MatchCandidate } from './near-image.ts';
import { compareAndAlign } from './verify-by-geometry.ts';
import { comparedByPixels } from './verify-by-pixels.ts';

/**
 * Compares the query with the members of the duplicate groups that it or its copies are in, as far as that was not done: a
 * turned copy or a small crop is found from its own end as the nearest of few, and has to be found from the other end too,
 * where nearer copies come first. Every pair is decided by its own evidence.
 */
export async function verifyKnownCopies(
  context: MatchContext,
  candidates: readonly MatchCandidate[],
): Promise<readonly MatchCandidate[]> {
  const { ports, tenant, query } = context;
  const copies = candidates
    .filter(({ evidence }) => isCopy(evidence, context.manifest))
    .map(({ record }) => record.image_id);
  const known = [...(query.imageId ? [query.imageId] : []), ...copies];
  if (known.length === 0) return candidates;
  const members = await ports.groups.membersBeside(tenant, known);
  const missed = toCompare(context, candidates, members);
  if (missed.length === 0) return candidates;
  const queryImage = await context.queryPixels();
  if (!queryImage) return candidates;
  const aligned = await compareAndAlign(
    context,
    missed.map((imageId) => ({ imageId })),
  );
  const verified = await Promise.all(aligned.map((each) => comparedByPixels(context, queryImage, each)));
  const replaced = new Set(verified.map(({ record }) => record.image_id));
  return [...candidates.filter(({ record }) => !replaced.has(record.image_id)), ...verified];
}

/** A filter was applied by the index: images that it did not return may not pass. */
function toCompare(
  { query, options }: MatchContext,
  candidates: readonly MatchCandidate[],
  members: readonly ImageId[],
): readonly ImageId[] {
  const retrieved = new Map(candidates.map(({ record, evidence }) => [record.image_id, evidence]));
  return members
    .filter((image) => {
      const evidence = retrieved.get(image);
      if (image === query.imageId || (!evidence && options.filter)) return false;
      return !evidence?.pixels && !evidence?.sameBytes && !evidence?.samePixels;
    })
    .slice(0, BOUNDS.known);
}
