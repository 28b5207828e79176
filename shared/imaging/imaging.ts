import { z } from 'zod';
import type { ModelInput } from '#shared/embedding/embedder.ts';
import type { ModelInputRule } from '#shared/embedding/manifest.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import type { Raster } from './raster.ts';
import type { Region } from './region.ts';
import type { Turn } from './turn.ts';

/** The EXIF tags that are stored. */
export const Exif = z.object({
  camera: z.string().exactOptional(),
  lens: z.string().exactOptional(),
  taken_at: z.string().exactOptional(),
  orientation: z.number().exactOptional(),
  gps: z.object({ latitude: z.number(), longitude: z.number() }).exactOptional(),
});
export type Exif = z.infer<typeof Exif>;

/** A decoded image that passed every check. */
export interface SourceImage {
  format: ImageFormat;
  exif: Exif;
  raster: Raster;
}

/** Decodes images and derives rasters, hashes and model input from them. */
export interface Imaging {
  /**
   * Sniffs, checks and decodes an image.
   * @param declaredType the media type that the tenant declared; compared with the bytes
   * @throws Problem `unsupported_media_type`, `type_mismatch`, `too_many_pixels`, `too_many_frames`, `truncated`,
   *   `low_detail`, `unreadable_image` or `payload_too_large`
   */
  read(bytes: Uint8Array, declaredType?: string): Promise<SourceImage>;
  /** Fits the image into a square of `size` pixels, without enlarging it, as WebP. */
  thumbnail(raster: Raster, size: number): Promise<{ bytes: Uint8Array; width: number; height: number }>;
  /** Fits the image into 512 × 512 pixels. Ingest and search both compute model input from this raster. */
  modelImage(raster: Raster): Promise<Raster>;
  /** Encodes as PNG, without loss. */
  encodeModelImage(image: Raster): Promise<Uint8Array>;
  /** @throws Problem `unreadable_image` */
  decodeModelImage(bytes: Uint8Array): Promise<Raster>;
  /** Turns or mirrors a model image, then resizes and lays it out as the model's manifest says. */
  modelInput(image: Raster, rule: ModelInputRule, turn?: Turn): Promise<ModelInput>;
  /** Crops to a region in shares (0..1) of the width and height. */
  crop(raster: Raster, region: Region): Promise<Raster>;
  /** Returns the 64-bit DCT perceptual hash, 16 hex digits. An image and its model image have the same hash. */
  perceptualHash(raster: Raster): Promise<string>;
  /** Returns the SHA-256 over the dimensions and the pixels, hex. */
  pixelHash(raster: Raster): string;
}
