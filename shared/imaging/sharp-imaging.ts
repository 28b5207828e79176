import sharp from 'sharp';
import { Problem } from '#shared/kernel/problems.ts';
import type { Imaging } from './imaging.ts';
import { dctHash, HASH_SIDE } from './perceptual-hash.ts';
import { pixelHashOf } from './pixel-hash.ts';
import { MODEL_SIDE, modelImageOf, openRaster, readInProcess } from './sharp-derive.ts';
import { toModelInput } from './sharp-model-input.ts';
import { open, toRaster } from './sharp-raster.ts';

/** The only loaders of libvips that are allowed: no files, no SVG, no PDF, no ImageMagick. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map(
  (name) => `VipsForeignLoad${name}Buffer`,
);

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
    read: readInProcess,
    open: openRaster,
    modelImage: modelImageOf,
    async encodeModelImage(image) {
      return open(image).png(MODEL_PNG).toBuffer();
    },
    async decodeModelImage(bytes) {
      const source = sharp(bytes, { failOn: 'warning', limitInputPixels: MODEL_SIDE ** 2 });
      return toRaster(source).catch((cause: unknown) => {
        throw new Problem('unreadable_image', 'The stored model image cannot be read.', { cause });
      });
    },
    async modelInput(image, rule) {
      return toModelInput(image, rule);
    },
    async perceptualHash(raster) {
      // Via the model image, so that an image and its model image have the same hash.
      const image = await modelImageOf(raster);
      const small = open(image).resize(HASH_SIDE, HASH_SIDE, { fit: 'fill' });
      const grey = await small.greyscale().raw().toBuffer();
      return dctHash(grey);
    },
    pixelHash: pixelHashOf,
  };
}
