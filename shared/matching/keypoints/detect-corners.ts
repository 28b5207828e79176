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
  const found: (Corner & { strength: number })[] = [];
  for (let y = margin; y < height - margin; y++)
    for (let x = margin; x < width - margin; x++) {
      const at = y * width + x;
      if (floatAt(strengths, at) > 0 && isStrongest(strengths, at, width))
        found.push({ x, y, strength: floatAt(strengths, at) });
    }
  const perCell = Math.ceil((2 * count) / CELLS ** 2);
  const inCell = new Uint16Array(CELLS ** 2);
  const spread: Corner[] = [];
  for (const corner of found.sort(
    (one, other) => other.strength - one.strength || one.y - other.y || one.x - other.x,
  )) {
    const cell = Math.floor((corner.y * CELLS) / height) * CELLS + Math.floor((corner.x * CELLS) / width);
    const taken = inCell[cell] ?? 0;
    if (taken >= perCell) continue;
    inCell[cell] = taken + 1;
    spread.push(corner);
    if (spread.length === count) break;
  }
  return spread;
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
    if (isBrighter || isDarker) strengths[at] = strengthOf(data, at, offsets);
  }
}

/** Returns by how much the circle differs beyond the threshold; 0 if it is no corner. */
function strengthOf(data: Float32Array, at: number, offsets: Int32Array): number {
  const centre = floatAt(data, at);
  let brighter = 0;
  let darker = 0;
  let above = 0;
  let below = 0;
  for (let point = 0; point < 16; point++) {
    const difference = floatAt(data, at + (offsets[point] as number)) - centre;
    if (difference > THRESHOLD) {
      brighter |= 1 << point;
      above += difference - THRESHOLD;
    } else if (difference < -THRESHOLD) {
      darker |= 1 << point;
      below -= difference + THRESHOLD;
    }
  }
  return Math.max(isCorner(brighter) ? above : 0, isCorner(darker) ? below : 0);
}

function isStrongest(strengths: Float32Array, at: number, width: number): boolean {
  const own = floatAt(strengths, at);
  for (const before of [-width - 1, -width, -width + 1, -1])
    if (floatAt(strengths, at + before) >= own) return false;
  for (const behind of [1, width - 1, width, width + 1])
    if (floatAt(strengths, at + behind) > own) return false;
  return true;
}

/** Returns true if nine neighbouring points of the circle are set, of 16 bits. */
function isCorner(points: number): boolean {
  const around = points | (points << 16);
  const two = around & (around >>> 1);
  const four = two & (two >>> 2);
  const eight = four & (four >>> 4);
  return (eight & (around >>> 8)) !== 0;
}
