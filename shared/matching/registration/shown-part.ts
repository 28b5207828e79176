import type { Point, Quad } from '#shared/matching/geometry/alignment.ts';
import type { ColourPlanes } from './area-colours.ts';
import { type Agreement, agreementOf, type Block } from './compare-blocks.ts';
import type { Pyramid } from './pyramid.ts';
import { areaOf, transformOf, uprightQuad } from './quad-transform.ts';
import type { Place } from './refine.ts';
import type { ImagePair } from './registered-pair.ts';
import type { Transform } from './warp.ts';

/** A part of one image of a pair that shows the other image: a panel of a collage. What lies around it is not compared. */
export interface ShownPart {
  /** Upright, in shares of the image that the part belongs to. */
  quad: Quad;
  image: 'one' | 'other';
  /** The part as an image of its own. Computed on first use. */
  shown: () => ShownImage;
}

export interface ShownImage {
  pyramid: Pyramid;
  colours: () => ColourPlanes;
}

/** The least share of the image that the part has to show: two pages with the same banner show nothing of each other. */
const MIN_SHOWN = 0.4;
/** In a part that shows the image, so many blocks agree, and so large a share. */
const LEAST = { blocks: 4, share: 0.6 };
/** Around it, at most so large a share agrees: what surrounds the number on a ticket agrees too. */
const MOST_AROUND = 0.4;
/** A part that shows so much of the image shows all of it, to the accuracy of its border. */
const WHOLLY_SHOWN = 0.9;
/** Images with so much of their area in common are not cut out of each other. */
const SAME_FRAME = 0.8;
/** Edges of both images that are so near, as a share of a side, are one: gutters and lines have a width. */
const SAME_EDGE = 0.03;

/** Returns the part whose blocks agree best, of those that are cut out. */
export function shownPart(pair: ImagePair, place: Place, parts: readonly ShownPart[]): ShownPart | undefined {
  let best: { part: ShownPart; share: number } | undefined;
  for (const part of parts) {
    const within = agreementWithin(pair, place, part);
    const { agreeing, disagreeing } = within;
    const share = agreeing / Math.max(1, agreeing + disagreeing);
    const doesAgree = agreeing >= LEAST.blocks && share >= Math.max(LEAST.share, best?.share ?? 0);
    if (doesAgree && isCutOut(place, within, part, parts)) best = { part, share };
  }
  return best?.part;
}

/**
 * Returns true if a part shows much of the other image, and what is around it does not agree. Where the other image is divided at the
 * same place, as two tickets are, neither shows the other: they have a part in common.
 */
export function isCutOut(
  place: Place,
  within: Agreement,
  part: ShownPart,
  parts: readonly ShownPart[],
): boolean {
  const agreeing = place.agreement.agreeing - within.agreeing;
  const disagreeing = place.agreement.disagreeing - within.disagreeing;
  return (
    agreeing <= MOST_AROUND * (agreeing + disagreeing) &&
    shareShown(place.quad, part) >= MIN_SHOWN &&
    !isInBoth(place.quad, part, parts)
  );
}

/** Converts the quad of `one` in `other`, if one of them is replaced by its part. */
export const toPart = (quad: Quad, { quad: part, image }: ShownPart): Quad =>
  image === 'one' ? mapped(part, quad) : mapped(quad, aroundPart(part));

/** Converts it back. */
export const fromPart = (quad: Quad, { quad: part, image }: ShownPart): Quad =>
  image === 'one' ? mapped(aroundPart(part), quad) : mapped(quad, part);

/** Returns the quad of the whole image, in shares of a part of it. */
function aroundPart([from, , to]: Quad): Quad {
  const [width, height] = [to.x - from.x, to.y - from.y];
  return uprightQuad(-from.x / width, -from.y / height, (1 - from.x) / width, (1 - from.y) / height);
}

/** Returns the agreement of the blocks that lie in the part: those at its border show what is around it too. */
export function agreementWithin(pair: ImagePair, { quad, grid }: Place, part: ShownPart): Agreement {
  const transform = transformOf(quad, pair.one, pair.other);
  const isInside = ({ column, row }: Block): boolean =>
    CORNERS.every(([right, down]) =>
      isWithin(pair, transform, (column + right) * grid.side, (row + down) * grid.side, part),
    );
  return agreementOf({ ...grid, blocks: grid.blocks.filter(isInside) });
}

/** The corners of a block, in shares of its side. A little may lie outside: parts are found to a pixel or two. */
const CORNERS = [
  [0.1, 0.1],
  [0.9, 0.1],
  [0.9, 0.9],
  [0.1, 0.9],
] as const;

/** @param x in pixels of `one` */
function isWithin(
  { one, other }: ImagePair,
  transform: Transform,
  x: number,
  y: number,
  { quad: [from, , to], image }: ShownPart,
): boolean {
  let [right, down] = [x / one.width, y / one.height];
  if (image === 'other') {
    const [u, v] = [x - 0.5, y - 0.5];
    const w = transform.gx * u + transform.gy * v + 1;
    right = ((transform.xx * u + transform.xy * v + transform.x0) / w + 0.5) / other.width;
    down = ((transform.yx * u + transform.yy * v + transform.y0) / w + 0.5) / other.height;
  }
  return right > from.x && right < to.x && down > from.y && down < to.y;
}

/** Returns about how much of the other image lies in the part: of its bounding box. */
function shareShown(quad: Quad, part: ShownPart): number {
  const whole = boxOf(part.image === 'one' ? uprightQuad(0, 0, 1, 1) : quad);
  return commonArea(boxOf(inOther(quad, part)), whole) / (boxArea(whole) || areaOf(quad) || 1);
}

/** Returns true if the part shows all of the other image. */
export const showsAll = (quad: Quad, part: ShownPart): boolean => shareShown(quad, part) >= WHOLLY_SHOWN;

/** Returns true if the images lie on each other, or an edge of the part is one of the other image too: both are divided there. */
function isInBoth(quad: Quad, part: ShownPart, parts: readonly ShownPart[]): boolean {
  if (showsAll(quad, part)) return false;
  if (areaInBoth(quad) >= SAME_FRAME) return true;
  const edges = innerEdges(quad, part);
  return parts.some(
    (own) =>
      own.image !== part.image &&
      innerEdges(quad, own).some((ownEdge) => edges.some((edge) => isSameEdge(edge, ownEdge))),
  );
}

/** Returns the share of what both images cover that both have. */
function areaInBoth(quad: Quad): number {
  const [one, other] = [boxOf(quad), boxOf(uprightQuad(0, 0, 1, 1))];
  const common = commonArea(one, other);
  return common / (boxArea(one) + boxArea(other) - common);
}

type Edge = readonly [from: Point, to: Point];

/** Returns the edges that do not lie on the border of the part's own image, in shares of the other image. */
function innerEdges(quad: Quad, part: ShownPart): Edge[] {
  const [from, , to] = part.quad;
  const isInner = [from.y > SAME_EDGE, to.x < 1 - SAME_EDGE, to.y < 1 - SAME_EDGE, from.x > SAME_EDGE];
  const [topLeft, topRight, bottomRight, bottomLeft] = inOther(quad, part);
  const edges: Edge[] = [
    [topLeft, topRight],
    [topRight, bottomRight],
    [bottomRight, bottomLeft],
    [bottomLeft, topLeft],
  ];
  return edges.filter((_, side) => isInner[side]);
}

/** Returns true if two edges lie on one line, and half of the longer one beside the shorter one. */
function isSameEdge([from, to]: Edge, [otherFrom, otherTo]: Edge): boolean {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [right, down] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const along = ({ x, y }: Point): number => (x - from.x) * right + (y - from.y) * down;
  const distance = ({ x, y }: Point): number => Math.abs((y - from.y) * right - (x - from.x) * down);
  if (!(Math.max(distance(otherFrom), distance(otherTo)) <= SAME_EDGE)) return false;
  const [start, end] = [along(otherFrom), along(otherTo)].toSorted((one, other) => one - other);
  if (start === undefined || end === undefined) return false;
  return Math.min(end, length) - Math.max(start, 0) >= 0.5 * Math.max(length, end - start);
}

const inOther = (quad: Quad, { quad: part, image }: ShownPart): Quad =>
  image === 'one' ? mapped(part, quad) : part;

/** Maps a quad in `one` into `other`. */
export function mapped(part: Quad, quad: Quad): Quad {
  const { xx, xy, x0, yx, yy, y0, gx, gy } = transformOf(quad, UNIT, UNIT);
  const map = ({ x, y }: Quad[0]) => {
    const [u, v] = [x - 0.5, y - 0.5];
    const w = gx * u + gy * v + 1;
    return { x: (xx * u + xy * v + x0) / w + 0.5, y: (yx * u + yy * v + y0) / w + 0.5 };
  };
  const [topLeft, topRight, bottomRight, bottomLeft] = part;
  return [map(topLeft), map(topRight), map(bottomRight), map(bottomLeft)];
}

const UNIT = { width: 1, height: 1 };

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const boxArea = ({ left, right, top, bottom }: Box): number => (right - left) * (bottom - top);

const commonArea = (one: Box, other: Box): number =>
  Math.max(0, Math.min(one.right, other.right) - Math.max(one.left, other.left)) *
  Math.max(0, Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top));

function boxOf(quad: Quad): Box {
  const [xs, ys] = [quad.map(({ x }) => x), quad.map(({ y }) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}
