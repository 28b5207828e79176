import type { Size } from '#shared/imaging/raster.ts';
import type { GreyImage } from '#shared/matching/registration/grey-image.ts';
import { floatAt } from '#shared/matching/typed-arrays.ts';

/** In pixels of its image. */
export interface Corner {
  x: number;
  y: number;
}

/** Difference of brightness from which a point of the circle is brighter or darker than its centre. */
const THRESHOLD = 12;
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
export function detectCorners(image: GreyImage, count: number, margin: number): readonly Corner[] {
  const { width, height } = image;
  const strengths = new Float32Array(width * height);
  const offsets = Int32Array.from(CIRCLE, ([x, y]) => y * width + x);
  for (let y = margin; y < height - margin; y++) measureRow(image, y, margin, offsets, strengths);
  const perCell = Math.ceil((2 * count) / CELLS ** 2);
  const inCell = new Uint16Array(CELLS ** 2);
  const spread: Corner[] = [];
  for (const at of strongestFirst(strengths, image, margin)) {
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
function strongestFirst(strengths: Float32Array, { width, height }: Size, margin: number): number[] {
  const found: number[] = [];
  for (let y = margin; y < height - margin; y++) addStrongest(strengths, width, y, margin, found);
  return found.sort(
    (one, other) =>
      floatAt(strengths, other) - floatAt(strengths, one) ||
      Math.floor(other / width) - Math.floor(one / width) ||
      one - other,
  );
}

function addStrongest(
  strengths: Float32Array,
  width: number,
  y: number,
  margin: number,
  found: number[],
): void {
  for (let at = y * width + margin; at < (y + 1) * width - margin; at++)
    if (floatAt(strengths, at) > 0 && isStrongest(strengths, at, width)) found.push(at);
}

// One call a row: V8 optimises functions that are called often, not the loop around the call.
function measureRow(
  { width, data }: GreyImage,
  y: number,
  margin: number,
  offsets: Int32Array,
  strengths: Float32Array,
): void {
  const up = 3 * width;
  for (let at = y * width + margin; at < (y + 1) * width - margin; at++) {
    const centre = floatAt(data, at);
    const high = centre + THRESHOLD;
    const low = centre - THRESHOLD;
    const north = floatAt(data, at - up);
    const south = floatAt(data, at + up);
    // Nine neighbours of sixteen include one of any two that are opposite.
    if (north <= high && south <= high && north >= low && south >= low) continue;
    const east = floatAt(data, at + 3);
    const west = floatAt(data, at - 3);
    const isBrighter = (north > high || south > high) && (east > high || west > high);
    const isDarker = (north < low || south < low) && (east < low || west < low);
    if (isBrighter) strengths[at] = strengthOf(data, at, offsets, 1);
    if (isDarker && strengths[at] === 0) strengths[at] = strengthOf(data, at, offsets, -1);
  }
}

/** Returns by how much the circle is brighter than the threshold, or darker; 0 if it is no corner. */
function strengthOf(data: Float32Array, at: number, offsets: Int32Array, sign: 1 | -1): number {
  const level = sign * floatAt(data, at) + THRESHOLD;
  let points = 0;
  let sum = 0;
  for (let point = 0; point < 8; point++) {
    const one = sign * floatAt(data, at + (offsets[point] as number)) - level;
    const opposite = sign * floatAt(data, at + (offsets[point + 8] as number)) - level;
    if (one <= 0 && opposite <= 0) return 0; // nine neighbours of sixteen include one of any two that are opposite
    if (one > 0) {
      points |= 1 << point;
      sum += one;
    }
    if (opposite > 0) {
      points |= 256 << point;
      sum += opposite;
    }
  }
  return isCorner(points) ? sum : 0;
}

function isStrongest(strengths: Float32Array, at: number, width: number): boolean {
  const own = floatAt(strengths, at);
  return (
    floatAt(strengths, at - width - 1) < own &&
    floatAt(strengths, at - width) < own &&
    floatAt(strengths, at - width + 1) < own &&
    floatAt(strengths, at - 1) < own &&
    floatAt(strengths, at + 1) <= own &&
    floatAt(strengths, at + width - 1) <= own &&
    floatAt(strengths, at + width) <= own &&
    floatAt(strengths, at + width + 1) <= own
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
