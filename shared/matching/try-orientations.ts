import { mayBeRotatedCopy } from '#shared/matching/decision/decide.ts';
import type { Step } from './match-context.ts';
import { copyCosine, isProven } from './near-image.ts';
import { bestAlignment, withAlignment } from './verify-by-geometry.ts';

/**
 * Aligns the mirrored and rotated query with the nearest uncertain candidate: local descriptors are not invariant to
 * rotation. Skipped if something is proven, or if the query shows an embedded image, which has cost a forward pass already.
 */
export const tryOrientations: Step = async (context, candidates) => {
  const { options, manifest, descriptors, embeddedImage } = context;
  const [nearest] = candidates
    .filter((each) => each.descriptors && mayBeRotatedCopy(copyCosine(each), manifest))
    .sort((one, other) => copyCosine(other) - copyCosine(one));
  if (!options.otherOrientations || !descriptors || !nearest?.descriptors) return candidates;
  if (embeddedImage || candidates.some(isProven)) return candidates;
  const alignment = bestAlignment(await options.otherOrientations(), nearest.descriptors);
  if (!alignment || alignment.inlierScore <= (nearest.alignment?.inlierScore ?? 0)) return candidates;
  const rotated = withAlignment(nearest, alignment, manifest);
  return candidates.map((each) => (each === nearest ? rotated : each));
};
