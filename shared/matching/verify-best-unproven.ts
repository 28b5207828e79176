import type { ModelManifest } from '#shared/embedding/manifest.ts';
import { blocksToAgree, isWorthTurning } from '#shared/matching/decision/decide.ts';
import type { Neighbour } from './match.ts';
import { agreeing, type PixelLook } from './verify-pixels.ts';

/** A geometry score from which a look may prove what cells alone cannot; unrelated pictures seldom reach it. */
const WORTH_A_LOOK_FROM = 7;

/** Of neighbours of which none is proven, judges the one that comes nearest to it by its pixels. */
export async function lastLook(
  neighbours: readonly Neighbour[],
  manifest: ModelManifest,
  look: PixelLook,
): Promise<readonly Neighbour[]> {
  const score = ({ alignment }: Neighbour) => alignment?.score ?? 0;
  const [nearest] = neighbours
    .filter((each) => score(each) >= WORTH_A_LOOK_FROM || isWorthTurning(each.evidence.copy ?? 0, manifest))
    .sort((one, other) => score(other) - score(one));
  const seen = nearest && (await look(nearest, blocksToAgree(false)));
  if (!seen) return neighbours;
  const judged = agreeing(seen.neighbour, seen.agreement, manifest);
  return neighbours.map((each) => (each === nearest ? judged : each));
}
