import type { Size } from '#shared/imaging/raster.ts';
import type { Quad } from '#shared/matching/geometry/alignment.ts';
import type { Pyramid } from './pyramid.ts';
import { inverseQuad, uprightQuad } from './quad-transform.ts';
import { isGood, type Place, placeAt, type RefineOptions, refined } from './refine.ts';
import { agreementWithin, fromPart, isCutOut, type ShownPart } from './shown-part.ts';

/**
 * Finds a part that the other image fills, as photographs fill the panels of a collage: cut at the sides, or above and below. The part is
 * registered as an image of its own: in the whole, what is around it would count too, and at a half or a third of the resolution.
 * @returns the part, and the place of the whole images
 */
export function filledPart(
  one: Pyramid,
  other: Pyramid,
  parts: readonly ShownPart[],
  options: RefineOptions,
): { part: ShownPart; place: Place } | undefined {
  for (const part of parts) {
    const { pyramid } = part.shown();
    const [shown, shower] = part.image === 'one' ? [pyramid, other] : [one, pyramid];
    const start =
      part.image === 'one' ? inverseQuad(filling(other.size, pyramid.size)) : filling(one.size, pyramid.size);
    const found = start && refined({ one: shown.coarse, other: shower.coarse }, start, options);
    if (!found || !isGood(found.agreement)) continue;
    const pair = { one: one.coarse, other: other.coarse };
    const place = placeAt(pair, fromPart(found.quad, part));
    if (isCutOut(place, agreementWithin(pair, place, part), part, parts)) return { part, place };
  }
  return undefined;
}

/** Returns where an image lies that fills another one. */
function filling(image: Size, other: Size): Quad {
  const ratio = image.width / image.height / (other.width / other.height);
  const [right, down] = [Math.max(1, ratio) / 2, Math.max(1, 1 / ratio) / 2];
  return uprightQuad(0.5 - right, 0.5 - down, 0.5 + right, 0.5 + down);
}
