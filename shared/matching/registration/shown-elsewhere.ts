import type { Point, Quad } from '#shared/matching/geometry/alignment.ts';
import { uprightQuad } from './quad-transform.ts';
import type { Place } from './refine.ts';
import type { ImagePair } from './registered-pair.ts';
import { agreementWithin, mapped, type ShownPart, showsAll } from './shown-part.ts';

/** Corners that are so near, as a share of the other image's sides, are those of one place. */
const SAME_PLACE = 0.2;
/** In a further place, so many blocks agree, and of all nearly as large a share as in the first. */
const LEAST_BLOCKS = 4;
const SHARE_OF_FIRST = 0.8;

/**
 * Returns where else the image that shows the other one shows it: a collage may have a photograph twice.
 * @param found the best place, and the part that shows it, if parts of the images were compared
 * @param register registers from a start, at the coarse scale of the pair
 */
export function shownElsewhere(
  pair: ImagePair,
  found: Place & { part: ShownPart | undefined },
  parts: readonly ShownPart[],
  register: (start: Quad) => Place,
): readonly Quad[] {
  const shown = found.part ?? parts.find((part) => showsAll(found.quad, part));
  if (!shown) return [];
  const agreementIn = (place: Place, part: ShownPart) => {
    const { agreeing, disagreeing } = agreementWithin(pair, place, part);
    return { agreeing, share: agreeing / Math.max(1, agreeing + disagreeing) };
  };
  const least = SHARE_OF_FIRST * agreementIn(found, shown).share;
  const quads = [found.quad];
  for (const part of parts) {
    if (part.image !== shown.image || part === shown) continue;
    const place = register(movedTo(part, found.quad, shown));
    const { agreeing, share } = agreementIn(place, part);
    if (agreeing >= LEAST_BLOCKS && share >= least && !quads.some((quad) => isSamePlace(quad, place.quad)))
      quads.push(place.quad);
  }
  return quads.slice(1);
}

/** Returns the transform under which a part shows what another one shows. */
function movedTo(part: ShownPart, quad: Quad, shown: ShownPart): Quad {
  return part.image === 'other'
    ? within(quad, shown.quad, part.quad)
    : mapped(within(uprightQuad(0, 0, 1, 1), part.quad, shown.quad), quad);
}

/** Moves a quad with the upright one that it lies in. */
function within(quad: Quad, [from, , to]: Quad, [newFrom, , newTo]: Quad): Quad {
  const move = ({ x, y }: Point): Point => ({
    x: newFrom.x + ((x - from.x) * (newTo.x - newFrom.x)) / (to.x - from.x),
    y: newFrom.y + ((y - from.y) * (newTo.y - newFrom.y)) / (to.y - from.y),
  });
  const [topLeft, topRight, bottomRight, bottomLeft] = quad;
  return [move(topLeft), move(topRight), move(bottomRight), move(bottomLeft)];
}

const isSamePlace = (one: Quad, other: Quad): boolean =>
  one.every(({ x, y }, corner) => {
    const point = other[corner];
    return point !== undefined && Math.hypot(x - point.x, y - point.y) < SAME_PLACE;
  });
