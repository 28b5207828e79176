import * as z from 'zod';
import type { ModelInput } from '#shared/embedding/embedder.ts';
import type { ModelInputRule } from '#shared/embedding/manifest.ts';
import { IMAGE_WARNINGS, type ImageFormat } from '#shared/kernel/vocabulary.ts';
import type { Raster, Size } from './raster.ts';
import type { Region } from './region.ts';

/** The EXIF tags that are stored. */
export const Exif = z.object({
  camera: z.string().exactOptional(),
  lens: z.string().exactOptional(),
  taken_at: z.string().exactOptional(),
  orientation: z.number().exactOptional(),
  gps: z.object({ latitude: z.number(), longitude: z.number() }).exactOptional(),
});
export type Exif = z.infer<typeof Exif>;

/** Something odd about a file whose picture is whole. */
export const ImageWarning = z.object({ code: z.enum(IMAGE_WARNINGS), detail: z.string() });
export type ImageWarning = z.infer<typeof ImageWarning>;

/** A WebP within a square of `size` pixels. */
export interface Thumbnail extends Size {
  size: number;
  bytes: Uint8Array;
}

/** An image or a part of one: what is derived from its pixels, without the pixels themselves. */
export interface ImagePart extends Size {
  /** Within 512 × 512 pixels: see `Imaging.modelImage`. */
  modelImage: Raster;
  /** See `Imaging.pixelHash`. */
  pixelHash: string;
  /**
   * Returns a region of this part, in shares of its width and height.
   * @throws Problem `reading_limit_exceeded` if the budget of the image is spent
   */
  part(region: Region): Promise<ImagePart>;
}

/** An image that passed every check. */
export interface ReadImage extends ImagePart {
  format: ImageFormat;
  exif: Exif;
  warnings: readonly ImageWarning[];
  /** The number of frames of an animation or a sequence, of which the first is read: more than one, at most 10 000 are counted. */
  frames?: number;
  /** The number of pages of a file, of which the first is read: more than one, at most 10 000 are counted. */
  pages?: number;
  /** In the order of the sizes that were requested. */
  thumbnails: readonly Thumbnail[];
}

export interface ReadOptions {
  /** The media type that the tenant declared: a warning, or a refusal if it is no image's, where the bytes are of another. */
  declaredType?: string | undefined;
  thumbnailSizes?: readonly number[];
}

/** Decodes images and derives rasters, hashes and model input from them. */
export interface Imaging {
  /**
   * Sniffs, checks and decodes an image of a stranger, and derives what is stored or searched with.
   * @throws Problem `unsupported_media_type`, `type_mismatch`, `too_many_pixels`, `too_many_frames`, `truncated`,
   *   `low_detail`, `unreadable_image`, `reading_limit_exceeded` or `payload_too_large`
   */
  read(bytes: Uint8Array, options?: ReadOptions): Promise<ReadImage>;
  /** Derives the same from decoded pixels. */
  open(raster: Raster): Promise<ImagePart>;
  /** Fits the image into 512 × 512 pixels. Ingest and search both compute model input from this raster. */
  modelImage(raster: Raster): Promise<Raster>;
  /** Encodes as PNG, without loss. */
  encodeModelImage(image: Raster): Promise<Uint8Array>;
  /** @throws Problem `unreadable_image` */
  decodeModelImage(bytes: Uint8Array): Promise<Raster>;
  /** Resizes a model image and lays it out as the model's manifest says. */
  modelInput(image: Raster, rule: ModelInputRule): Promise<ModelInput>;
  /** Returns the 64-bit DCT perceptual hash, 16 hex digits. An image and its model image have the same hash. */
  perceptualHash(raster: Raster): Promise<string>;
  /** Returns the SHA-256 over the dimensions and the pixels, hex. */
  pixelHash(raster: Raster): string;
}
