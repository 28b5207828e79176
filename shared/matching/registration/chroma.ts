import type { Raster } from '#shared/imaging/raster.ts';
import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { type GreyImage, shrunkGrey } from './grey-image.ts';
import { transformOf } from './quad-transform.ts';
import { overlay } from './warp.ts';

/** The colour-difference channels of an image, at 64 pixels. */
export type ChromaPlanes = readonly [blue: GreyImage, red: GreyImage];

/** Weights of red, green and blue: Cb and Cr of ITU-R BT.601, without the offset. */
const CB = [-0.169, -0.331, 0.5] as const;
const CR = [0.5, -0.419, -0.081] as const;
const SIDE = 64;

export const chromaOf = (pixels: Raster): ChromaPlanes => [
  shrunkGrey(pixels, SIDE, CB),
  shrunkGrey(pixels, SIDE, CR),
];

/** Returns the mean difference of colour where two registered images overlap, 0..128. */
export function chromaDifference(one: ChromaPlanes, other: ChromaPlanes, quad: Quad): number {
  const differences = one.map((plane, channel) => {
    const otherPlane = other[channel] ?? plane;
    const points = overlay(plane, otherPlane, transformOf(quad, plane, otherPlane), 1);
    let sum = 0;
    for (let point = 0; point < points.count; point++)
      sum += Math.abs((points.query[point] ?? 0) - (points.stored[point] ?? 0));
    return points.count === 0 ? 0 : sum / points.count;
  });
  return Math.max(...differences);
}
