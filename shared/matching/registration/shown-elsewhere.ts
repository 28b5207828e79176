import type { Point, Quad } from '#shared/matching/geometry/alignment.ts';
import type { BlockGrid } from './compare-blocks.ts';
import { uprightQuad } from './quad-transform.ts';
import type { ImagePair } from './registered-pair.ts';
import { mapped, type ShownPart, shownPart } from './shown-part.ts';

/** Corners that are so near, as a share of the other image's sides, are those of one place. */
const SAME_PLACE = 0.2;

/**
 * Returns where else the image that shows the other one shows it: a collage may have a photograph twice.
 * @param found where the best part shows it
 * @param register registers from a start, at the coarse scale of the pair
 */
export function shownElsewhere(
  pair: ImagePair,
  found: { quad: Quad; part: ShownPart },
  parts: readonly ShownPart[],
  register: (start: Quad) => { quad: Quad; grid: BlockGrid },
): readonly Quad[] {
  const { image } = found.part;
  const otherParts = parts.filter((part) => part.image !== image);
  const quads = [found.quad];
  for (const part of parts) {
    if (part.image !== image || part === found.part) continue;
    const { quad, grid } = register(movedTo(part, found));
    const isShown = shownPart(pair, quad, grid, [part, ...otherParts]) === part;
    if (isShown && !quads.some((each) => isSamePlace(each, quad))) quads.push(quad);
  }
  return quads.slice(1);
}

/** Returns the transform under which a part shows what another one shows. */
function movedTo(part: ShownPart, { quad, part: shown }: { quad: Quad; part: ShownPart }): Quad {
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
