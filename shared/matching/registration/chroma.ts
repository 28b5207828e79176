import type { Quad } from '#shared/matching/geometry/alignment.ts';
import type { ColourPlanes } from './area-colours.ts';
import { shrunk } from './grey-image.ts';
import { transformOf } from './quad-transform.ts';
import { overlay } from './warp.ts';

const SIDE = 64;

/** Returns the mean difference of colour where two registered images overlap, at 64 pixels, 0..128. */
export function chromaDifference([, ...one]: ColourPlanes, [, ...other]: ColourPlanes, quad: Quad): number {
  const differences = one.map((plane, channel) => {
    const [small, otherSmall] = [shrunk(plane, SIDE), shrunk(other[channel] ?? plane, SIDE)];
    const points = overlay(small, otherSmall, transformOf(quad, small, otherSmall), 1);
    let sum = 0;
    for (let point = 0; point < points.count; point++)
      sum += Math.abs((points.query[point] ?? 0) - (points.stored[point] ?? 0));
    return points.count === 0 ? 0 : sum / points.count;
  });
  return Math.max(...differences);
}
