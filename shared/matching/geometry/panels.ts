import type { Raster } from '#shared/imaging/raster.ts';
import type { Region } from '#shared/imaging/region.ts';
import { type PixelRect, regionOf } from './pixel-rect.ts';
import { colourOfLine, colourShare, EDGE, findSeams, MAX_GUTTER, type Seam, UNIFORM } from './seams.ts';

const MAX_PANELS = 9;
/** The least share of the lines beside a gutter that has other colours: text leaves most of a line blank. */
const MIN_BESIDE_GUTTER = 0.5;
/** Beside a white sky, half of a gutter is hard to see: where two cross that are equally wide, so much of the lines beside both is enough. */
const MIN_BESIDE_CROSSING = { each: 0.2, both: 0.7 };

/**
 * Finds the parts of a collage: cuts the image along straight seams that run from side to side, then its parts. About a
 * millisecond at the size of a model image.
 * @returns none if there is no seam
 */
export function findPanels(image: Raster): readonly Region[] {
  const panels: PixelRect[] = [];
  const open: Part[] = [{ rect: { left: 0, top: 0, right: image.width, bottom: image.height } }];
  for (let part = open.pop(); part; part = open.pop()) {
    const parts = open.length + panels.length < MAX_PANELS ? cut(image, part) : [];
    if (parts.length > 0) open.push(...parts);
    else panels.push(part.rect);
  }
  if (panels.length < 2 || panels.length > MAX_PANELS) return [];
  return panels.map((panel) => regionOf(trimmed(image, panel), image));
}

interface Part {
  rect: PixelRect;
  /** The kind of the seams around it. A collage has gutters everywhere or nowhere: a shelf in one of its photographs is no seam. */
  kind?: Seam['kind'];
}

/** Cuts along the two strongest seams that cross, or along the strongest one; returns none if there is none. */
function cut(image: Raster, { rect, kind }: Part): Part[] {
  const seamsOf = (isColumn: boolean): Seam[] =>
    findSeams({ image, rect, isColumn }).filter((seam) => !kind || seam.kind === kind);
  const [columns, rows] = [seamsOf(true), seamsOf(false)];
  const crossings = columns.flatMap((column) =>
    rows
      .filter((row) => doCross(column, row))
      .map((row) => ({ column, row, rank: rankOf(column) + rankOf(row) })),
  );
  const crossing = highest(crossings, ({ rank }) => rank);
  if (crossing) return cutAcross(cutDown([{ rect }], crossing.column), crossing.row);
  const [column, row] = [columns, rows].map((seams) => highest(seams.filter(isClear), rankOf));
  if (column && (!row || rankOf(column) >= rankOf(row))) return cutDown([{ rect }], column);
  return row ? cutAcross([{ rect }], row) : [];
}

const cutDown = (parts: readonly Part[], { kind, from, to }: Seam): Part[] =>
  parts.flatMap(({ rect }) => [
    { rect: { ...rect, right: from }, kind },
    { rect: { ...rect, left: to }, kind },
  ]);

const cutAcross = (parts: readonly Part[], { kind, from, to }: Seam): Part[] =>
  parts.flatMap(({ rect }) => [
    { rect: { ...rect, bottom: from }, kind },
    { rect: { ...rect, top: to }, kind },
  ]);

const isClear = ({ kind, strength }: Seam): boolean => kind === 'step' || strength >= MIN_BESIDE_GUTTER;

/** Gutters come first. */
const rankOf = ({ kind, strength }: Seam): number => (kind === 'gutter' ? 1 + strength : strength);

function doCross(column: Seam, row: Seam): boolean {
  if (column.kind !== row.kind) return false;
  const strengths = [column.strength, row.strength];
  return (
    (isClear(column) && isClear(row)) ||
    (Math.min(...strengths) >= MIN_BESIDE_CROSSING.each &&
      column.strength + row.strength >= MIN_BESIDE_CROSSING.both &&
      Math.abs(column.to - column.from - (row.to - row.from)) <= 2 * EDGE)
  );
}

const highest = <Each>(all: readonly Each[], rank: (each: Each) => number): Each | undefined =>
  all.reduce<Each | undefined>((best, each) => (best && rank(best) >= rank(each) ? best : each), undefined);

/** Removes margins that have the colour of the collage's ground. */
function trimmed(image: Raster, panel: PixelRect): PixelRect {
  const whole = { left: 0, top: 0, right: image.width, bottom: image.height };
  const ground = colourOfLine({ image, rect: whole, isColumn: true }, 0);
  if (!ground) return panel;
  let { left, top, right, bottom } = panel;
  const isBlank = (isColumn: boolean, at: number): boolean => {
    const lines = { image, rect: { left, top, right, bottom }, isColumn };
    return colourShare(lines, at, ground, UNIFORM) >= UNIFORM;
  };
  const most = Math.round(MAX_GUTTER * Math.max(image.width, image.height));
  while (left < panel.left + most && isBlank(true, left)) left++;
  while (right > panel.right - most && isBlank(true, right - 1)) right--;
  while (top < panel.top + most && isBlank(false, top)) top++;
  while (bottom > panel.bottom - most && isBlank(false, bottom - 1)) bottom--;
  return { left, top, right, bottom };
}
