import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { floatAt } from '#shared/matching/typed-arrays.ts';
import { type GreyImage, longerSide, shrunk } from './grey-image.ts';
import { inverseQuad, uprightQuad } from './quad-transform.ts';

/** Longer side of the crop that is moved over the whole, in pixels: enough to tell places apart by. */
const CROP = 20;
/** Longer sides of the crop, as shares of the whole's; 15 % apart, which registration pulls in. */
const SHARES = [0.25, 0.29, 0.33, 0.38, 0.44, 0.5, 0.58, 0.66];
/** Normalised cross-correlation from which a place is a start. */
const MIN_NCC = 0.75;
/** Variance of brightness: a crop with less shows nothing, and places with less are not compared. */
const MIN_VARIANCE = 25;

/**
 * Finds where one of two images may be cut out of the other: for each way round, the place and scale with the highest
 * correlation, upright. It needs no corners, of which small crops have too few.
 * @returns transforms of `one` into `other`, best first; some 15 ms
 */
export function findCrops(one: GreyImage, other: GreyImage): readonly Quad[] {
  const [inOther, inOne] = [bestPlace(one, other), bestPlace(other, one)];
  const inverse = inOne && { ...inOne, quad: inverseQuad(inOne.quad) };
  return [inOther, inverse]
    .flatMap((place) => (place?.quad ? [{ quad: place.quad, ncc: place.ncc }] : []))
    .sort((first, second) => second.ncc - first.ncc)
    .map(({ quad }) => quad);
}

interface Place {
  quad: Quad;
  ncc: number;
}

function bestPlace(crop: GreyImage, whole: GreyImage): Place | undefined {
  const template = centred(shrunk(crop, CROP));
  if (!template) return undefined;
  let best: Place | undefined;
  for (const share of SHARES) {
    const ground = shrunk(whole, Math.round(longerSide(template) / share));
    const [columns, rows] = [ground.width - template.width, ground.height - template.height];
    if (columns < 0 || rows < 0) continue;
    const place = peakOf(correlator(template, ground), columns, rows);
    if (place.ncc < MIN_NCC || place.ncc <= (best?.ncc ?? 0)) continue;
    const { width, height } = ground;
    const [right, down] = [place.x + template.width, place.y + template.height];
    const quad = uprightQuad(place.x / width, place.y / height, right / width, down / height);
    best = { ncc: place.ncc, quad };
  }
  return best;
}

/** Tries every second place in each direction, then those around the best one. */
function peakOf(nccAt: (x: number, y: number) => number, columns: number, rows: number) {
  let best = { x: 0, y: 0, ncc: -1 };
  const tryAt = (x: number, y: number): void => {
    const ncc = nccAt(x, y);
    if (ncc > best.ncc) best = { x, y, ncc };
  };
  for (let y = 0; y <= rows; y += 2) for (let x = 0; x <= columns; x += 2) tryAt(x, y);
  const { x, y } = best;
  for (let row = Math.max(0, y - 1); row <= Math.min(rows, y + 1); row++)
    for (let column = Math.max(0, x - 1); column <= Math.min(columns, x + 1); column++) tryAt(column, row);
  return best;
}

interface Template extends GreyImage {
  /** The root of the sum of squares. */
  norm: number;
}

/** Subtracts the mean; undefined if nothing is left. */
function centred({ width, height, data }: GreyImage): Template | undefined {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const values = data.map((value) => value - mean);
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  return squares < MIN_VARIANCE * data.length
    ? undefined
    : { width, height, data: values, norm: Math.sqrt(squares) };
}

/** Returns a function that correlates the template with the ground at a place. */
function correlator(template: Template, ground: GreyImage): (x: number, y: number) => number {
  const [sums, squares] = [summed(ground, (value) => value), summed(ground, (value) => value * value)];
  const count = template.data.length;
  const within = (table: Float64Array, x: number, y: number): number => {
    const stride = ground.width + 1;
    const [top, bottom] = [y * stride + x, (y + template.height) * stride + x];
    const at = (index: number): number => table[index] ?? 0;
    return at(bottom + template.width) - at(bottom) - at(top + template.width) + at(top);
  };
  return (x, y) => {
    const sum = within(sums, x, y);
    const variance = within(squares, x, y) - (sum * sum) / count;
    if (variance < MIN_VARIANCE * count) return 0;
    return crossSum(template, ground, x, y) / (template.norm * Math.sqrt(variance));
  };
}

function crossSum(template: GreyImage, ground: GreyImage, x: number, y: number): number {
  let sum = 0;
  for (let row = 0, at = 0; row < template.height; row++) {
    let under = (y + row) * ground.width + x;
    for (const end = at + template.width; at < end; at++, under++)
      sum += floatAt(template.data, at) * floatAt(ground.data, under);
  }
  return sum;
}

/** Returns the summed-area table of an image, with a row and a column of zeros before it. */
function summed({ width, height, data }: GreyImage, of: (value: number) => number): Float64Array {
  const table = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += of(floatAt(data, y * width + x));
      table[(y + 1) * (width + 1) + x + 1] = row + (table[y * (width + 1) + x + 1] ?? 0);
    }
  }
  return table;
}
