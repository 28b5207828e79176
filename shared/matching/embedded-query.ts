import type { Region } from '#shared/imaging/region.ts';
import type { Alignment, Point } from '#shared/matching/geometry/alignment.ts';
import type { Neighbour } from './match.ts';
import type { Probe } from './query-image.ts';

/** What is shown within the query: a photograph in a screenshot. */
export interface Inset {
  part: Region;
  probe: Probe;
}

/**
 * The neighbours of a query, with what was found by the picture that is shown within it: its copies take the place of what
 * the whole query says of them, and the alignments speak of the whole query again.
 */
export function withInset(
  neighbours: readonly Neighbour[],
  copies: readonly Neighbour[],
  { part }: Inset,
): Neighbour[] {
  const shown = new Map(copies.map((copy) => [copy.record.image_id, copy]));
  const others = neighbours.filter(({ record }) => !shown.has(record.image_id));
  return [
    ...others,
    ...copies.map(({ alignment, ...copy }) => ({
      ...copy,
      part,
      ...(alignment && { alignment: ofWhole(alignment, part) }),
    })),
  ];
}

/** An alignment of the part, told of the whole: its corners lie outside of the stored picture where the part's are its own. */
function ofWhole(alignment: Alignment, part: Region): Alignment {
  const [corner, right, , below] = alignment.quad;
  const carry = (x: number, y: number): Point => {
    const [along, down] = [(x - part.x) / part.width, (y - part.y) / part.height];
    return {
      x: corner.x + along * (right.x - corner.x) + down * (below.x - corner.x),
      y: corner.y + along * (right.y - corner.y) + down * (below.y - corner.y),
    };
  };
  return { ...alignment, quad: [carry(0, 0), carry(1, 0), carry(1, 1), carry(0, 1)] };
}
