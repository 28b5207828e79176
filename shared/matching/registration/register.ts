import { doubleAt } from '#shared/matching/typed-arrays.ts';
import type { GreyImage } from './grey-image.ts';
import { normalEquations, solve } from './normal-equations.ts';
import { correlationOf, type Mask, type Overlay, overlay, roomFor, type Transform } from './warp.ts';

const MIN_POINTS = 100;
/** In pixels: converged if a step shifts by less. */
const CONVERGED = 0.03;

/**
 * Refines a transform until the warped stored image matches the query best: Gauss–Newton on brightness (Lucas and Kanade
 * 1981), with free gain and offset, and Cauchy weights. A start's perspective is
 * kept as it is.
 * @param steps at most
 * @param stride samples every `stride`th pixel, in each direction
 * @param mask the blocks that agree: what differs, as a caption, then does not pull the transform
 */
export function register(
  query: GreyImage,
  stored: GreyImage,
  start: Transform,
  { steps, stride, mask }: { steps: number; stride: number; mask?: Mask | undefined },
): Transform {
  let transform = start;
  // Reused by all steps: a megabyte a step would cost garbage collections.
  const room = roomFor(query, stride);
  for (let step = 0; step < steps; step++) {
    const refined = gaussNewtonStep(
      transform,
      overlay(query, stored, transform, stride, room, undefined, mask),
    );
    if (!refined) return transform;
    const shift = Math.abs(refined.x0 - transform.x0) + Math.abs(refined.y0 - transform.y0);
    transform = refined;
    if (shift < CONVERGED) break;
  }
  return transform;
}

/** Returns the NCC of all overlapping pixels, -1..1; -1 if too few overlap, or have no detail. */
export function overlapNcc(
  query: GreyImage,
  stored: GreyImage,
  transform: Transform,
  stride: number,
): number {
  const { count, variances, covariance } = correlationOf(overlay(query, stored, transform, stride));
  if (count < MIN_POINTS || variances[0] < 1 || variances[1] < 1) return -1;
  return covariance / Math.sqrt(variances[0] * variances[1]);
}

/** Returns undefined if the points do not determine a transform. */
function gaussNewtonStep(transform: Transform, points: Overlay): Transform | undefined {
  const correlation = correlationOf(points);
  if (correlation.count < MIN_POINTS || correlation.variances[1] < 1) return undefined;
  const change = solve(normalEquations(points, correlation));
  if (!change?.every(Number.isFinite)) return undefined;
  return {
    ...transform,
    xx: transform.xx + doubleAt(change, 0),
    xy: transform.xy + doubleAt(change, 1),
    x0: transform.x0 + doubleAt(change, 2),
    yx: transform.yx + doubleAt(change, 3),
    yy: transform.yy + doubleAt(change, 4),
    y0: transform.y0 + doubleAt(change, 5),
  };
}
