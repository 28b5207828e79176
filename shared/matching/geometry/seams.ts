import type { Raster } from '#shared/imaging/raster.ts';
import { byteAt } from '#shared/matching/typed-arrays.ts';
import type { PixelRect } from './pixel-rect.ts';

/** The least side of a panel, as a share of the image's. */
const MIN_SIDE = 0.2;
/** Every third pixel along a line is enough. */
const SAMPLING = 3;
/** Sum of the channels' differences of two neighbouring pixels from which they belong to different images. */
const STEP = 24;
/** The least share of a line across the image along which neighbours differ: edges within a photograph are shorter. */
const MIN_SEAM = 0.75;
/** Share of a gutter's line that has its colour; sum of the channels' differences that compression causes. */
export const UNIFORM = 0.96;
const SAME_COLOUR = 36;
/** The widest gutter, as a share of the longer side. */
export const MAX_GUTTER = 0.08;
/** In pixels: where scaling has blurred the edge of a gutter. */
export const EDGE = 1;
/** A seam has to stand out from the lines beside it: texture differs everywhere. */
const MIN_CONTRAST = 3;

/** A line where two images meet, or the gutter between them: columns or rows from `from` up to, without, `to`. */
export interface Seam {
  kind: 'step' | 'gutter';
  from: number;
  to: number;
  /** The share of a step's pixels that differ from their neighbours; or of the lines beside a gutter that has other colours. */
  strength: number;
}

/** Finds the seams that run from side to side of a rectangle and leave enough on both sides of them. */
export function findSeams(lines: Lines): Seam[] {
  const { image, rect, isColumn } = lines;
  const [start, end] = isColumn ? [rect.left, rect.right] : [rect.top, rect.bottom];
  const margin = Math.round(MIN_SIDE * (isColumn ? image.width : image.height));
  const seams = [...steps(lines, start, end), ...gutters(lines, start, end)];
  return seams.filter(({ from, to }) => from >= start + margin && to <= end - margin);
}

export interface Lines {
  image: Raster;
  rect: PixelRect;
  /** Columns, or rows. */
  isColumn: boolean;
}

/** Finds the lines at which one image ends and another begins. */
function steps(lines: Lines, start: number, end: number): Seam[] {
  const strengths = new Float64Array(Math.max(0, end - start));
  for (let at = start + 1; at < end; at++) strengths[at - start] = stepShare(lines, at);
  const seams: Seam[] = [];
  for (const [at, strength] of strengths.entries()) {
    if (strength < MIN_SEAM) continue;
    const beside = [-6, -5, -4, 4, 5, 6].map((offset) => strengths[at + offset] ?? 0);
    const usual = beside.reduce((sum, value) => sum + value, 0) / beside.length;
    if (strength >= MIN_CONTRAST * usual)
      seams.push({ kind: 'step', from: start + at, to: start + at, strength });
  }
  return seams;
}

/** Finds the lines of one colour between two images, which begin at once on both sides: text leaves most of a line blank. */
function gutters(lines: Lines, start: number, end: number): Seam[] {
  const most = Math.round(MAX_GUTTER * Math.max(lines.image.width, lines.image.height));
  const seams: Seam[] = [];
  for (let from = start; from < end; from++) {
    const colour = colourOfLine(lines, from);
    if (!colour) continue;
    let to = from + 1;
    while (to < end && colourShare(lines, to, colour, UNIFORM) >= UNIFORM) to++;
    if (from > start + EDGE && to < end - EDGE && to - from <= most) {
      const besides = [from - 1 - EDGE, to + EDGE].map((at) => 1 - colourShare(lines, at, colour));
      seams.push({ kind: 'gutter', from, to, strength: Math.min(...besides) });
    }
    from = to;
  }
  return seams;
}

/** Returns the share of a line's pixels that differ from their neighbours in the line before it. */
function stepShare({ image: { width, data }, rect, isColumn }: Lines, at: number): number {
  const [from, to] = isColumn ? [rect.top, rect.bottom] : [rect.left, rect.right];
  const neighbour = 3 * (isColumn ? 1 : width);
  let differing = 0;
  for (let along = from; along < to; along += SAMPLING) {
    const pixel = 3 * (isColumn ? along * width + at : at * width + along);
    const difference =
      Math.abs(byteAt(data, pixel) - byteAt(data, pixel - neighbour)) +
      Math.abs(byteAt(data, pixel + 1) - byteAt(data, pixel + 1 - neighbour)) +
      Math.abs(byteAt(data, pixel + 2) - byteAt(data, pixel + 2 - neighbour));
    if (difference > STEP) differing += 1;
  }
  return (differing * SAMPLING) / (to - from);
}

type Colour = readonly [red: number, green: number, blue: number];

/** Returns the share of a line's pixels that have a colour; 0 as soon as it is below `least`. */
export function colourShare(
  { image: { width, data }, rect, isColumn }: Lines,
  at: number,
  [red, green, blue]: Colour,
  least = 0,
): number {
  const [from, to] = isColumn ? [rect.top, rect.bottom] : [rect.left, rect.right];
  const count = Math.ceil((to - from) / SAMPLING);
  let others = 0;
  for (let along = from; along < to; along += SAMPLING) {
    const pixel = 3 * (isColumn ? along * width + at : at * width + along);
    const difference =
      Math.abs(byteAt(data, pixel) - red) +
      Math.abs(byteAt(data, pixel + 1) - green) +
      Math.abs(byteAt(data, pixel + 2) - blue);
    if (difference > SAME_COLOUR) others += 1;
    if (others > (1 - least) * count) return 0;
  }
  return 1 - others / count;
}

/** Returns the colour of a line that has one. */
export function colourOfLine(lines: Lines, at: number): Colour | undefined {
  const {
    image: { width, data },
    rect,
    isColumn,
  } = lines;
  const middle = isColumn ? (rect.top + rect.bottom) >> 1 : (rect.left + rect.right) >> 1;
  const pixel = 3 * (isColumn ? middle * width + at : at * width + middle);
  const colour = [byteAt(data, pixel), byteAt(data, pixel + 1), byteAt(data, pixel + 2)] as const;
  return colourShare(lines, at, colour, UNIFORM) >= UNIFORM ? colour : undefined;
}
