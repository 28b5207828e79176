import type { Size } from '#shared/imaging/raster.ts';
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
