import type { Size } from '#shared/imaging/raster.ts';
import { intAt } from '#shared/matching/typed-arrays.ts';
import { type Level, UNITS } from './levels.ts';

/** In pixels of its image. */
export interface Corner {
  x: number;
  y: number;
}

/** Difference of brightness from which a point of the circle is brighter or darker than its centre. */
const THRESHOLD = 12 * UNITS;
/** Corners in one cell of so many a side are at most twice their share: a few textured places would take them all. */
const CELLS = 6;
/** The points on a circle of radius 3, clockwise from the top. */
// biome-ignore format: a line is half of the circle
const CIRCLE = [
  [0, -3], [1, -3], [2, -2], [3, -1], [3, 0], [3, 1], [2, 2], [1, 3],
  [0, 3], [-1, 3], [-2, 2], [-3, 1], [-3, 0], [-3, -1], [-2, -2], [-1, -3],
] as const;

/**
 * Finds the strongest corners, spread over the image: FAST (Rosten and Drummond 2006), without those that have a stronger
 * neighbour.
 * @param margin in pixels
 */
export function detectCorners(level: Level, count: number, margin: number): readonly Corner[] {
  const { width, height } = level;
  const strengths = new Int32Array(width * height);
  const offsets = Int32Array.from(CIRCLE, ([x, y]) => y * width + x);
  const found: number[] = [];
  for (let y = margin; y < height - margin; y++) measureRow(level, y, margin, offsets, strengths, found);
  const perCell = Math.ceil((2 * count) / CELLS ** 2);
  const inCell = new Uint16Array(CELLS ** 2);
  const spread: Corner[] = [];
  for (const at of strongestFirst(strengths, level, found)) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const cell = Math.floor((y * CELLS) / height) * CELLS + Math.floor((x * CELLS) / width);
    const taken = inCell[cell] ?? 0;
    if (taken >= perCell) continue;
    inCell[cell] = taken + 1;
    spread.push({ x, y });
    if (spread.length === count) break;
  }
  return spread;
}

/** Returns the places of corners without a stronger neighbour; of equal ones the lower first, then the one to the left. */
function strongestFirst(strengths: Int32Array, { width }: Size, found: readonly number[]): number[] {
  return found
    .filter((at) => isStrongest(strengths, at, width))
    .sort(
      (one, other) =>
        intAt(strengths, other) - intAt(strengths, one) ||
        Math.floor(other / width) - Math.floor(one / width) ||
        one - other,
    );
}

/**
 * Measures the corners of one row. One call a row: V8 optimises functions that are called often, not the loop around the call.
 * Photographs have no pattern that a processor could predict: signs are combined without branches.
 * @param found gets their places
 */
function measureRow(
  { width, data }: Level,
  y: number,
  margin: number,
  offsets: Int32Array,
  strengths: Int32Array,
  found: number[],
): void {
  const [up, diagonal] = [3 * width, 2 * width];
  for (let at = y * width + margin; at < (y + 1) * width - margin; at++) {
    const centre = intAt(data, at);
    const high = centre + THRESHOLD;
    const low = centre - THRESHOLD;
    const north = intAt(data, at - up);
    const south = intAt(data, at + up);
    const east = intAt(data, at + 3);
    const west = intAt(data, at - 3);
    const northEast = intAt(data, at - diagonal + 2);
    const southWest = intAt(data, at + diagonal - 2);
    const southEast = intAt(data, at + diagonal + 2);
    const northWest = intAt(data, at - diagonal - 2);
    // Nine neighbours of sixteen include one of any two that are opposite. Negative where they may be brighter, or darker.
    const brighter =
      ((high - north) | (high - south)) &
      ((high - east) | (high - west)) &
      ((high - northEast) | (high - southWest)) &
      ((high - southEast) | (high - northWest));
    const darker =
      ((north - low) | (south - low)) &
      ((east - low) | (west - low)) &
      ((northEast - low) | (southWest - low)) &
      ((southEast - low) | (northWest - low));
    if ((brighter | darker) >= 0) continue;
    const sign = brighter < 0 && isCorner(pointsBeyond(data, at, offsets, 1, high)) ? 1 : -1;
    if (sign < 0 && !(darker < 0 && isCorner(pointsBeyond(data, at, offsets, -1, -low)))) continue;
    strengths[at] = strengthOf(data, at, offsets, sign, sign > 0 ? high : -low);
    found.push(at);
  }
}

/** Returns the points of the circle whose brightness, times `sign`, is above `level`: a bit each. */
function pointsBeyond(
  data: Int32Array,
  at: number,
  offsets: Int32Array,
  sign: 1 | -1,
  level: number,
): number {
  let points = 0;
  for (let point = 0; point < 16; point++)
    points |= ((level - sign * intAt(data, at + intAt(offsets, point))) >>> 31) << point;
  return points;
}

/** Returns by how much these points are above the level, in all. */
function strengthOf(data: Int32Array, at: number, offsets: Int32Array, sign: 1 | -1, level: number): number {
  let sum = 0;
  for (let point = 0; point < 16; point++)
    sum += Math.max(0, sign * intAt(data, at + intAt(offsets, point)) - level);
  return sum;
}

function isStrongest(strengths: Int32Array, at: number, width: number): boolean {
  const own = intAt(strengths, at);
  return (
    intAt(strengths, at - width - 1) < own &&
    intAt(strengths, at - width) < own &&
    intAt(strengths, at - width + 1) < own &&
    intAt(strengths, at - 1) < own &&
    intAt(strengths, at + 1) <= own &&
    intAt(strengths, at + width - 1) <= own &&
    intAt(strengths, at + width) <= own &&
    intAt(strengths, at + width + 1) <= own
  );
}

/** Returns true if nine neighbouring points of the circle are set, of 16 bits. */
function isCorner(points: number): boolean {
  const around = points | (points << 16);
  const two = around & (around >>> 1);
  const four = two & (two >>> 2);
  const eight = four & (four >>> 4);
  return (eight & (around >>> 8)) !== 0;
}
