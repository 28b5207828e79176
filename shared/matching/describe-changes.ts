import type { Change } from '#shared/kernel/vocabulary.ts';
import { alignmentFromQuad, type Point, type Quad } from './geometry/alignment.ts';
import type { PixelImage } from './pixel-image.ts';
import { commonest, countLevel } from './registration/brightness-levels.ts';
import { chromaDifference } from './registration/chroma.ts';
import type { Differences } from './registration/find-differences.ts';
import type { GreyImage } from './registration/grey-image.ts';
import { areaOf, inverseQuad, perspectiveOf, stretchOf } from './registration/quad-transform.ts';
import { floatAt } from './typed-arrays.ts';

/** The edits that turn the stored image into the query, with their amounts where they are known. */
export type Changes = readonly { change: Change; amount?: number }[];

/** Less than this share of a side, turn, or stretch is within what registration errs by. */
const MARGIN = 0.02;
const MIN_RESIZE = 0.04;
const MIN_DEGREES = 2;
const MIN_PERSPECTIVE = 0.02;
/** Levels of 128: JPEG's chroma subsampling stays below it. */
const MIN_CHROMA = 4;
const MIN_GAIN = 0.12;
const MIN_OFFSET = 12;
/** Share of the area that differs. */
const MIN_OVERLAY = 0.002;
/** Compression, blur and noise lower the NCC of the median block below it. */
const LOSSLESS = 0.99;
/** A border's two commonest of 16 levels cover at least this share of it; what a crop has removed is more varied. */
const PLAIN = 0.7;

/** Names the edits that explain how the query differs from the stored image. */
export function describeChanges(
  query: PixelImage,
  stored: PixelImage,
  quad: Quad,
  { tone, areas, ncc, blocks }: Differences,
): Changes {
  const changes: { change: Change; amount?: number }[] = [];
  const back = inverseQuad(quad);
  const outside = back ? outsideOf(query.pyramid.fine, quad, back) : undefined;
  const lost = back ? 1 - insideShare(back) : 0;
  if (lost > MARGIN) changes.push({ change: 'crop', amount: rounded(1 - lost) });
  if (outside && outside.share > MARGIN) {
    if (!outside.isPlain) changes.push({ change: 'crop', amount: rounded(1 / (1 - outside.share)) });
    else changes.push({ change: outside.isOnOneSide ? 'caption' : 'border', amount: rounded(outside.share) });
  }
  const { rotation, mirrored } = alignmentFromQuad(quad, 0, query, stored);
  const scale = Math.sqrt((query.width * query.height) / (areaOf(quad) * stored.width * stored.height));
  if (Math.abs(Math.log(scale)) > MIN_RESIZE || stretchOf(quad, query, stored) > MIN_RESIZE)
    changes.push({ change: 'resize', amount: rounded(scale) });
  if (mirrored) changes.push({ change: 'mirror' });
  if (Math.abs(rotation) > MIN_DEGREES) changes.push({ change: 'rotation', amount: Math.round(rotation) });
  if (perspectiveOf(quad) > MIN_PERSPECTIVE) changes.push({ change: 'perspective' });
  const colour = chromaDifference(query.colours(), stored.colours(), quad);
  if (colour > MIN_CHROMA || Math.abs(Math.log(tone.gain)) > MIN_GAIN || Math.abs(tone.offset) > MIN_OFFSET)
    changes.push({ change: 'colour', amount: rounded(colour / 128) });
  const covered = areas.reduce((sum, { size }) => sum + size, 0) / Math.max(1, blocks);
  if (covered > MIN_OVERLAY) changes.push({ change: 'overlay', amount: rounded(covered) });
  if (ncc[2] < LOSSLESS || changes.length === 0) changes.push({ change: 'quality' });
  return changes;
}

/** Returns the share of an image that a quad puts within the other image. */
function insideShare(quad: Quad): number {
  let inside = 0;
  for (const { x, y } of gridOf(quad)) if (isInside(x, y)) inside += 1;
  return inside / GRID ** 2;
}

const GRID = 24;

/** Returns points of an image, evenly spread, where the quad puts them. Close enough for a perspective too. */
const gridOf = ([topLeft, topRight, bottomRight, bottomLeft]: Quad): Point[] =>
  Array.from({ length: GRID ** 2 }, (_, index) => {
    const [u, v] = [((index % GRID) + 0.5) / GRID, (Math.floor(index / GRID) + 0.5) / GRID];
    const mix = (a: number, b: number, c: number, d: number) =>
      (1 - v) * ((1 - u) * a + u * b) + v * ((1 - u) * d + u * c);
    return {
      x: mix(topLeft.x, topRight.x, bottomRight.x, bottomLeft.x),
      y: mix(topLeft.y, topRight.y, bottomRight.y, bottomLeft.y),
    };
  });

const isInside = (x: number, y: number): boolean => x >= 0 && y >= 0 && x <= 1 && y <= 1;

/** Describes the part of the query that lies outside the stored image. */
function outsideOf(query: GreyImage, quad: Quad, back: Quad) {
  const levels = new Float64Array(16);
  let count = 0;
  for (const [index, { x, y }] of gridOf(quad).entries()) {
    if (isInside(x, y)) continue;
    const [column, row] = [((index % GRID) + 0.5) / GRID, (Math.floor(index / GRID) + 0.5) / GRID];
    const pixel = Math.floor(row * query.height) * query.width + Math.floor(column * query.width);
    countLevel(levels, floatAt(query.data, pixel));
    count += 1;
  }
  const margins = [
    Math.min(...back.map(({ x }) => x)),
    Math.min(...back.map(({ y }) => y)),
    1 - Math.max(...back.map(({ x }) => x)),
    1 - Math.max(...back.map(({ y }) => y)),
  ];
  return {
    share: count / GRID ** 2,
    isPlain: commonest(levels, 2) >= PLAIN * count,
    isOnOneSide: margins.filter((margin) => margin > MARGIN).length === 1,
  };
}

const rounded = (amount: number): number => Math.round(amount * 1000) / 1000;
