import type { Raster, Size } from '#shared/imaging/raster.ts';
import { byteAt, doubleAt, floatAt } from '#shared/matching/typed-arrays.ts';

/** Brightness alone, 0..255, row by row. */
export interface GreyPicture {
  width: number;
  height: number;
  data: Float32Array;
}

/** ITU-R BT.601's weights. */
export function greyOf({ width, height, data }: Raster): GreyPicture {
  const grey = new Float32Array(width * height);
  for (let pixel = 0; pixel < grey.length; pixel++)
    grey[pixel] =
      0.299 * byteAt(data, 3 * pixel) +
      0.587 * byteAt(data, 3 * pixel + 1) +
      0.114 * byteAt(data, 3 * pixel + 2);
  return { width, height, data: grey };
}

export const longerSide = ({ width, height }: Size): number => Math.max(width, height);

/** The picture with its longer side of `side` pixels, each the mean of those it stands for; never enlarged. */
export function shrunk(picture: GreyPicture, side: number): GreyPicture {
  if (side >= longerSide(picture)) return picture;
  return means(picture, side, (row, sums) => addGrey(picture.data, row * picture.width, sums));
}

/** As `shrunk` of `greyOf`, without the picture in its own size in between. */
export function shrunkGrey(picture: Raster, side: number): GreyPicture {
  if (side >= longerSide(picture)) return greyOf(picture);
  return means(picture, side, (row, sums) => addPixels(picture.data, 3 * row * picture.width, sums));
}

/** @param addRow adds the brightness of a row's pixels to a sum for each column */
function means(size: Size, side: number, addRow: (row: number, sums: Float64Array) => void): GreyPicture {
  const factor = side / longerSide(size);
  const width = Math.max(1, Math.round(size.width * factor));
  const height = Math.max(1, Math.round(size.height * factor));
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

// A row at a time: a compiler makes fast what is called often, and leaves the loop around it as it is.

function addGrey(data: Float32Array, from: number, sums: Float64Array): void {
  for (let column = 0; column < sums.length; column++)
    sums[column] = doubleAt(sums, column) + floatAt(data, from + column);
}

function addPixels(data: Uint8Array, from: number, sums: Float64Array): void {
  for (let column = 0, at = from; column < sums.length; column++, at += 3)
    sums[column] =
      doubleAt(sums, column) +
      0.299 * byteAt(data, at) +
      0.587 * byteAt(data, at + 1) +
      0.114 * byteAt(data, at + 2);
}

/** @param rows how many were summed */
function putMeans(sums: Float64Array, rows: number, data: Float32Array, to: number, width: number): void {
  for (let x = 0, column = 0; x < width; x++) {
    const left = column;
    const right = firstOf(x + 1, width, sums.length);
    let sum = 0;
    for (; column < right; column++) sum += doubleAt(sums, column);
    data[to + x] = sum / (rows * (right - left));
  }
}

/** The first of `from` lines that one of `to` lines, which are no more, stands for. */
const firstOf = (line: number, to: number, from: number): number => Math.floor((line * from) / to);
