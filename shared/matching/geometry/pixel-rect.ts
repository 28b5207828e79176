import type { Raster, Size } from '#shared/imaging/raster.ts';
import type { Region } from '#shared/imaging/region.ts';

/** In pixels. */
export interface PixelRect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Converts to shares of an image's sides. */
export const regionOf = ({ left, top, right, bottom }: PixelRect, { width, height }: Size): Region => ({
  x: left / width,
  y: top / height,
  width: (right - left) / width,
  height: (bottom - top) / height,
});

/** Converts from shares of an image's sides. */
export const rectOf = ({ x, y, ...region }: Region, { width, height }: Size): PixelRect => ({
  left: Math.round(x * width),
  top: Math.round(y * height),
  right: Math.round((x + region.width) * width),
  bottom: Math.round((y + region.height) * height),
});

/** Copies a part of an image. */
export function cropOf(image: Raster, { left, top, right, bottom }: PixelRect): Raster {
  const [width, height] = [right - left, bottom - top];
  const data = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    const from = 3 * ((top + row) * image.width + left);
    data.set(image.data.subarray(from, from + 3 * width), 3 * width * row);
  }
  return { width, height, data };
}
