import sharp, { type Sharp } from 'sharp';
import { Problem } from '#shared/kernel/problems.ts';
import type { Imaging } from './imaging.ts';
import { dctHash, HASH_SIDE } from './perceptual-hash.ts';
import { pixelHashOf } from './pixel-hash.ts';
import type { Raster } from './raster.ts';
import { readImage } from './sharp-decode.ts';
import { toModelInput } from './sharp-model-input.ts';

/** The only loaders of libvips that are allowed: no files, no SVG, no PDF, no ImageMagick. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map(
  (name) => `VipsForeignLoad${name}Buffer`,
);

/** The side of the model image: twice that of the default model's input, so that a crop has detail left. */
const MODEL_SIDE = 512;
const THUMBNAIL_WEBP = { quality: 80, effort: 2 };
/**
 * Lossless: embedded again, a stored image gives the same vectors as in memory. Lossy WebP moves the copy
 * vector too far (cosine with the one in memory, worst of 60 photographs: .95 at quality 90, .98 at 100). PNG decodes
 * in half the time of lossless WebP; a higher compression level hardly makes it smaller.
 */
const MODEL_PNG = { compressionLevel: 2, adaptiveFiltering: true };

/**
 * Returns imaging by libvips, and configures libvips for the whole process: all loaders but the allowed ones are blocked,
 * nothing is cached, and an operation uses one thread. Working on several images in parallel is as fast and bounds
 * the memory of each.
 */
export function sharpImaging(): Imaging {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });

  return {
    read: readImage,
    async thumbnail(raster, size) {
      const { data, info } = await within(raster, size)
        .webp(THUMBNAIL_WEBP)
        .toBuffer({ resolveWithObject: true });
      return { bytes: data, width: info.width, height: info.height };
    },
    async modelImage(raster) {
      return toRaster(within(raster, MODEL_SIDE));
    },
    async encodeModelImage(image) {
      return open(image).png(MODEL_PNG).toBuffer();
    },
    async decodeModelImage(bytes) {
      const source = sharp(bytes, { failOn: 'warning', limitInputPixels: MODEL_SIDE ** 2 });
      return toRaster(source).catch((cause: unknown) => {
        throw new Problem('unreadable_image', 'The stored model image cannot be read.', { cause });
      });
    },
    async modelInput(image, rule, turn = 'upright') {
      return toModelInput(image, rule, turn);
    },
    async crop(raster, region) {
      return toRaster(open(raster).extract(pixelsOf(raster, region)));
    },
    async perceptualHash(raster) {
      // Via the model image, so that an image and its model image have the same hash.
      const image = await toRaster(within(raster, MODEL_SIDE));
      const small = open(image).resize(HASH_SIDE, HASH_SIDE, { fit: 'fill' });
      const grey = await small.greyscale().raw().toBuffer();
      return dctHash(grey);
    },
    pixelHash: pixelHashOf,
  };
}

const open = ({ data, width, height }: Raster) =>
  sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });

const within = (raster: Raster, size: number) =>
  open(raster).resize(size, size, { fit: 'inside', kernel: 'lanczos3', withoutEnlargement: true });

async function toRaster(source: Sharp): Promise<Raster> {
  const { data, info } = await source.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** Converts a region in shares to whole pixels inside the image, at least one. */
function pixelsOf(raster: Raster, region: { x: number; y: number; width: number; height: number }) {
  const span = (start: number, share: number, side: number) => {
    const from = Math.min(Math.max(Math.round(start * side), 0), side - 1);
    const to = Math.min(Math.max(Math.round((start + share) * side), from + 1), side);
    return [from, to - from] as const;
  };
  const [left, width] = span(region.x, region.width, raster.width);
  const [top, height] = span(region.y, region.height, raster.height);
  return { left, top, width, height };
}
