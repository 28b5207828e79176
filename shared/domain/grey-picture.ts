import { byteAt, floatAt } from './typed-arrays.ts';

/** 8-bit sRGB, three channels, row by row. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Brightness alone, 0..255, row by row. */
export interface GreyPicture {
  width: number;
  height: number;
  data: Float32Array;
}

/** ITU-R BT.601's weights. */
export function greyOf({ width, height, data }: Pixels): GreyPicture {
  const grey = new Float32Array(width * height);
  for (let pixel = 0; pixel < grey.length; pixel++)
    grey[pixel] =
      0.299 * byteAt(data, 3 * pixel) +
      0.587 * byteAt(data, 3 * pixel + 1) +
      0.114 * byteAt(data, 3 * pixel + 2);
  return { width, height, data: grey };
}

export const longerSide = ({ width, height }: { width: number; height: number }): number =>
  Math.max(width, height);

/** The picture with its longer side of `side` pixels, each the mean of those it stands for; never enlarged. */
export function shrunk(picture: GreyPicture, side: number): GreyPicture {
  const factor = side / longerSide(picture);
  if (factor >= 1) return picture;
  const width = Math.max(1, Math.round(picture.width * factor));
  const height = Math.max(1, Math.round(picture.height * factor));
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const top = firstOf(y, height, picture.height);
    const bottom = Math.max(top + 1, firstOf(y + 1, height, picture.height));
    for (let x = 0; x < width; x++) {
      const left = firstOf(x, width, picture.width);
      const right = Math.max(left + 1, firstOf(x + 1, width, picture.width));
      let sum = 0;
      for (let row = top; row < bottom; row++)
        for (let column = left; column < right; column++)
          sum += floatAt(picture.data, row * picture.width + column);
      data[y * width + x] = sum / ((bottom - top) * (right - left));
    }
  }
  return { width, height, data };
}

/** The first of `from` lines that one of `to` lines stands for. */
const firstOf = (line: number, to: number, from: number): number => Math.floor((line * from) / to);
