import { createHash } from 'node:crypto';
import type { Raster } from './raster.ts';

/** Returns the SHA-256 over the dimensions and the pixels, hex: equal for the same pixels in two lossless files. */
export const pixelHashOf = ({ width, height, data }: Raster): string =>
  createHash('sha256').update(`${width}x${height}\n`).update(data).digest('hex');
