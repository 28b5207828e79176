import type { Raster } from '#shared/imaging/raster.ts';
import type { Region } from '#shared/imaging/region.ts';
import { byteAt } from '#shared/matching/typed-arrays.ts';
import { type PixelRect, regionOf } from './pixel-rect.ts';

/** Sum of the channels' differences of two neighbouring pixels from which they may belong to different images. */
const STEP = 45;
/** A pixel without a step costs so many pixels with one: at least .6 of an edge has a step. */
const GAP = 1.5;
/** The least share of steps in a run: the gaps cost no more than they bring. */
const MIN_STEPS = GAP / (1 + GAP);
/** The least side of a pasted image, as a share of the image's. */
const MIN_SIDE = 0.2;
/** Texture has as many steps beside an edge; of an edge, so large a share may have. */
const MAX_BESIDE = 0.5;
const BESIDE = [-5, -4, 4, 5];
/** The most edges in each direction to combine. */
const MAX_EDGES = 8;
/** In pixels: how exactly the corners have to meet. */
const CORNER = 6;
/** The least share of a side that an edge has to cover. */
const COVERED = 0.65;
/** The least number of covered sides of four: a side at the image's own border counts among all, not among the edges. */
const MIN_SIDES = { all: 3, edges: 2 };
/** An image that fills more of the other is not pasted into it. */
const MAX_SHARE = 0.9;

/** A straight edge: a column with rows `from` up to `to`, or a row with columns. */
interface Edge {
  at: number;
  from: number;
  to: number;
  score: number;
}

/** Finds a rectangular image that was pasted into another photograph, by its straight edges. A few milliseconds at 512 pixels. */
export function findPastedImage(image: Raster): Region | undefined {
  const steps = stepsOf(image);
  const columns = edgesOf(steps.columns, image.width, image.height);
  const rows = edgesOf(steps.rows, image.height, image.width);
  let best: (PixelRect & { score: number }) | undefined;
  for (const rect of [...rectsOf(columns, false), ...rectsOf(rows, true)]) {
    const { left, top, right, bottom } = rect;
    const isLarge =
      right - left >= MIN_SIDE * image.width &&
      bottom - top >= MIN_SIDE * image.height &&
      (right - left) * (bottom - top) <= MAX_SHARE * image.width * image.height;
    if (!isLarge) continue;
    const sides = [
      coverage(columns, left, top, bottom, image.width),
      coverage(columns, right, top, bottom, image.width),
      coverage(rows, top, left, right, image.height),
      coverage(rows, bottom, left, right, image.height),
    ];
    const score = sides.reduce((sum, { share }) => sum + share, 0);
    const [leftSide, rightSide, topSide, bottomSide] = sides.map(({ isBorder }) => isBorder);
    if ((leftSide && rightSide) || (topSide && bottomSide)) continue; // a band, as sky above the sea
    const covered = sides.filter(({ share }) => share >= COVERED);
    if (covered.length < MIN_SIDES.all) continue;
    if (covered.filter(({ isBorder }) => !isBorder).length < MIN_SIDES.edges) continue;
    if (score > (best?.score ?? 0)) best = { ...rect, score };
  }
  return best && regionOf(best, image);
}

/** Combines every two parallel edges that begin and end at about the same place. */
function rectsOf(edges: readonly Edge[], areRows: boolean): PixelRect[] {
  const rects: PixelRect[] = [];
  for (const one of edges)
    for (const other of edges) {
      if (one.at >= other.at) continue;
      const [from, to] = [Math.min(one.from, other.from), Math.max(one.to, other.to)];
      const common = Math.min(one.to, other.to) - Math.max(one.from, other.from);
      if (common < COVERED * (to - from)) continue;
      rects.push(
        areRows
          ? { left: from, top: one.at, right: to, bottom: other.at }
          : { left: one.at, top: from, right: other.at, bottom: to },
      );
    }
  return rects;
}

/** Returns the share of a side that lies on an edge, or 1 at the border of the image. */
function coverage(edges: readonly Edge[], at: number, from: number, to: number, size: number) {
  if (at <= CORNER || at >= size - CORNER) return { share: 1, isBorder: true };
  const covered = edges
    .filter((edge) => Math.abs(edge.at - at) <= CORNER)
    .map((edge) => Math.min(edge.to, to) - Math.max(edge.from, from));
  return { share: Math.max(0, ...covered) / (to - from), isBorder: false };
}

/** Finds the strongest straight edges along `count` columns or rows. */
function edgesOf(steps: Uint8Array, count: number, length: number): Edge[] {
  const edges: Edge[] = [];
  for (let at = 1; at < count; at++) {
    if (stepsIn(steps, at, length) < MIN_STEPS * MIN_SIDE * length) continue;
    const edge = longestRun(steps, at, length);
    if (edge.to - edge.from < MIN_SIDE * length) continue;
    const beside = BESIDE.map((offset) => shareOf(steps, at + offset, edge, length));
    if (Math.max(...beside) > MAX_BESIDE) continue;
    const last = edges.at(-1);
    if (last && at - last.at <= 2) {
      if (edge.score > last.score) edges[edges.length - 1] = edge;
    } else edges.push(edge);
  }
  return edges.sort((one, other) => other.score - one.score).slice(0, MAX_EDGES);
}

/** Returns, column after column and row after row, 1 where a pixel differs from the one in the column or row before it. */
function stepsOf({ width, height, data }: Raster): { columns: Uint8Array; rows: Uint8Array } {
  const [columns, rows] = [new Uint8Array(width * height), new Uint8Array(width * height)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (x > 0 && isStep(data, 3 * at, 3 * at - 3)) columns[x * height + y] = 1;
      if (y > 0 && isStep(data, 3 * at, 3 * (at - width))) rows[at] = 1;
    }
  }
  return { columns, rows };
}

const isStep = (data: Uint8Array, one: number, other: number): boolean =>
  Math.abs(byteAt(data, one) - byteAt(data, other)) +
    Math.abs(byteAt(data, one + 1) - byteAt(data, other + 1)) +
    Math.abs(byteAt(data, one + 2) - byteAt(data, other + 2)) >
  STEP;

function stepsIn(steps: Uint8Array, at: number, length: number): number {
  let count = 0;
  for (let along = at * length; along < (at + 1) * length; along++) count += byteAt(steps, along);
  return count;
}

/** Finds the run with the most steps and the fewest gaps (Kadane's algorithm). */
function longestRun(steps: Uint8Array, at: number, length: number): Edge {
  let best: Edge = { at, from: 0, to: 0, score: 0 };
  let [score, from] = [0, 0];
  for (let along = 0; along < length; along++) {
    score += byteAt(steps, at * length + along) === 1 ? 1 : -GAP;
    if (score <= 0) [score, from] = [0, along + 1];
    else if (score > best.score) best = { at, from, to: along + 1, score };
  }
  return best;
}

function shareOf(steps: Uint8Array, at: number, { from, to }: Edge, length: number): number {
  if (at < 1 || (at + 1) * length > steps.length) return 0;
  let count = 0;
  for (let along = from; along < to; along++) count += byteAt(steps, at * length + along);
  return count / (to - from);
}
