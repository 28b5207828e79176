import type { Quad } from '#shared/matching/geometry/alignment.ts';
import type { BlockGrid } from './compare-blocks.ts';
import { inverseQuad } from './quad-transform.ts';
import type { ImagePair } from './registered-pair.ts';
import { type ShownPart, shownPart } from './shown-part.ts';

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
    const start = image === 'other' ? part.quad : inverseQuad(part.quad);
    if (part.image !== image || !start || quads.some((quad) => isSamePlace(quad, start))) continue;
    const { quad, grid } = register(start);
    const isShown = shownPart(pair, quad, grid, [part, ...otherParts]) === part;
    if (isShown && !quads.some((each) => isSamePlace(each, quad))) quads.push(quad);
  }
  return quads.slice(1);
}

const isSamePlace = (one: Quad, other: Quad): boolean =>
  one.every(({ x, y }, corner) => {
    const point = other[corner];
    return point !== undefined && Math.hypot(x - point.x, y - point.y) < SAME_PLACE;
  });
