import type { Raster, Size } from '#shared/imaging/raster.ts';
import { byteAt, doubleAt, floatAt } from '#shared/matching/typed-arrays.ts';

/** Brightness alone, 0..255, row by row. */
export interface GreyImage extends Size {
  data: Float32Array;
}

/** Weights of red, green and blue. */
type Weights = readonly [red: number, green: number, blue: number];
/** Brightness by ITU-R BT.601. */
const BRIGHTNESS: Weights = [0.299, 0.587, 0.114];

/** Converts to brightness, or another weighted sum of the channels. */
export function greyOf({ width, height, data }: Raster, [red, green, blue] = BRIGHTNESS): GreyImage {
  const grey = new Float32Array(width * height);
  for (let pixel = 0; pixel < grey.length; pixel++)
    grey[pixel] =
      red * byteAt(data, 3 * pixel) +
      green * byteAt(data, 3 * pixel + 1) +
      blue * byteAt(data, 3 * pixel + 2);
  return { width, height, data: grey };
}

export const longerSide = ({ width, height }: Size): number => Math.max(width, height);

/** Scales the longer side down to `side` pixels, by area means. Never enlarges. */
export function shrunk(image: GreyImage, side: number): GreyImage {
  if (side >= longerSide(image)) return image;
  return means(image, side, (row, sums) => addGrey(image.data, row * image.width, sums));
}

/** Equals `shrunk(greyOf(image), side)`, without the full-size intermediate. */
export function shrunkGrey(image: Raster, side: number, weights = BRIGHTNESS): GreyImage {
  if (side >= longerSide(image)) return greyOf(image, weights);
  return means(image, side, (row, sums) => addPixels(image.data, 3 * row * image.width, sums, weights));
}

/** Returns the size with this longer side, in whole pixels. */
export function scaledTo(side: number, { width, height }: Size): Size {
  const factor = side / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** @param addRow adds the brightness of a row's pixels to a sum for each column */
function means(size: Size, side: number, addRow: (row: number, sums: Float64Array) => void): GreyImage {
  const { width, height } = scaledTo(side, size);
  const data = new Float32Array(width * height);
  const sums = new Float64Array(size.width);
  for (let y = 0; y < height; y++) {
    const top = firstOf(y, height, size.height);
    const bottom = firstOf(y + 1, height, size.height);
    sums.fill(0);
    for (let row = top; row < bottom; row++) addRow(row, sums);
    putMeans(sums, bottom - top, data, y * width, width);
  }
  return { width, height, data };
}

// One call a row: V8 optimises functions that are called often, not the loop around the call.

function addGrey(data: Float32Array, from: number, sums: Float64Array): void {
  for (let column = 0; column < sums.length; column++)
    sums[column] = doubleAt(sums, column) + floatAt(data, from + column);
}

function addPixels(data: Uint8Array, from: number, sums: Float64Array, [red, green, blue]: Weights): void {
  for (let column = 0, at = from; column < sums.length; column++, at += 3)
    sums[column] =
      doubleAt(sums, column) +
      red * byteAt(data, at) +
      green * byteAt(data, at + 1) +
      blue * byteAt(data, at + 2);
}

/** @param rows number of rows in the sums */
function putMeans(sums: Float64Array, rows: number, data: Float32Array, to: number, width: number): void {
  for (let x = 0, column = 0; x < width; x++) {
    const left = column;
    const right = firstOf(x + 1, width, sums.length);
    let sum = 0;
    for (; column < right; column++) sum += doubleAt(sums, column);
    data[to + x] = sum / (rows * (right - left));
  }
}

/** Returns the first of `from` source lines that target line `line` of `to` covers. */
export const firstOf = (line: number, to: number, from: number): number => Math.floor((line * from) / to);
