import type { Size } from '#shared/imaging/raster.ts';
import { firstOf, type GreyImage, longerSide, scaledTo } from '#shared/matching/registration/grey-image.ts';
import { doubleAt, floatAt } from '#shared/matching/typed-arrays.ts';

/** An image at one scale. Integers are compared without branches: corners take half the time that they take of floats. */
export interface Level extends Size {
  /** Brightness, row by row, in `UNITS`. */
  data: Int32Array;
}

/** So many units are a step of brightness, of 0..255. */
export const UNITS = 16;

/** Scales an image down to each of the longer sides, by area means: four reads a pixel, from one table of sums. Never enlarges. */
export function levelsOf(image: GreyImage, sides: readonly number[]): Level[] {
  const sums = summedAreas(image);
  return sides.map((side) => means(image, sums, Math.min(side, longerSide(image))));
}

/** Sums all pixels above and to the left of each corner of a pixel (Crow 1984): `width + 1` columns, `height + 1` rows. */
function summedAreas({ width, height, data }: GreyImage): Float64Array {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) addRow(data, y * width, width, sums, (y + 1) * (width + 1));
  return sums;
}

// One call a row: V8 optimises functions that are called often, not the loop around the call.

function addRow(data: Float32Array, from: number, width: number, sums: Float64Array, to: number): void {
  const above = to - width - 1;
  let sum = 0;
  for (let x = 0; x < width; x++) {
    sum += floatAt(data, from + x);
    sums[to + x + 1] = doubleAt(sums, above + x + 1) + sum;
  }
}

function means(size: Size, sums: Float64Array, side: number): Level {
  const { width, height } = scaledTo(side, size);
  const data = new Int32Array(width * height);
  const columns = Int32Array.from({ length: width + 1 }, (_, x) => firstOf(x, width, size.width));
  for (let y = 0; y < height; y++) {
    const top = firstOf(y, height, size.height);
    const bottom = firstOf(y + 1, height, size.height);
    const stride = size.width + 1;
    putRow(
      sums,
      { top: top * stride, bottom: bottom * stride, rows: bottom - top },
      columns,
      data,
      y * width,
    );
  }
  return { width, height, data };
}

/** @param lines where the table's rows above and below begin, and how many rows of pixels lie between */
function putRow(
  sums: Float64Array,
  { top, bottom, rows }: { top: number; bottom: number; rows: number },
  columns: Int32Array,
  data: Int32Array,
  to: number,
): void {
  let left = columns[0] as number;
  let before = doubleAt(sums, bottom + left) - doubleAt(sums, top + left);
  for (let x = 1; x < columns.length; x++) {
    const right = columns[x] as number;
    const sum = doubleAt(sums, bottom + right) - doubleAt(sums, top + right);
    data[to + x - 1] = (UNITS * (sum - before)) / (rows * (right - left)) + 0.5;
    left = right;
    before = sum;
  }
}
