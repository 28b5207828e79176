import sharp, { type Sharp } from 'sharp';
import type { Raster } from './raster.ts';
import type { Region } from './region.ts';

export const open = ({ data, width, height }: Raster): Sharp =>
  sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });

export async function toRaster(source: Sharp): Promise<Raster> {
  const { data, info } = await source.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** Fits an image into a square of `size` pixels, without enlarging it. */
export const within = (raster: Raster, size: number): Sharp =>
  open(raster).resize(size, size, { fit: 'inside', kernel: 'lanczos3', withoutEnlargement: true });

/** Crops to a region in shares (0..1) of the width and height. */
export const crop = (raster: Raster, region: Region): Promise<Raster> =>
  toRaster(open(raster).extract(pixelsOf(raster, region)));

/** Converts a region in shares to whole pixels inside the image, at least one. */
function pixelsOf(raster: Raster, region: Region) {
  const span = (start: number, share: number, side: number) => {
    const from = Math.min(Math.max(Math.round(start * side), 0), side - 1);
    const to = Math.min(Math.max(Math.round((start + share) * side), from + 1), side);
    return [from, to - from] as const;
  };
  const [left, width] = span(region.x, region.width, raster.width);
  const [top, height] = span(region.y, region.height, raster.height);
  return { left, top, width, height };
}
