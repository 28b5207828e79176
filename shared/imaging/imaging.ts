import type { ModelInput } from '#shared/embedding/embedder.ts';
import type { ModelInputRule } from '#shared/embedding/manifest.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import type { Raster } from './raster.ts';
import type { Region } from './region.ts';
import type { Turn } from './turn.ts';

/** EXIF tags that are kept. */
export interface Exif {
  camera?: string;
  lens?: string;
  taken_at?: string;
  orientation?: number;
  gps?: { latitude: number; longitude: number };
}

/** A picture that passed every check. */
export interface SourceImage {
  format: ImageFormat;
  exif: Exif;
  raster: Raster;
}

/** Everything that is done to pixels. */
export interface Imaging {
  /**
   * Sniffs, checks and decodes, once.
   * @param declaredType the media type that the tenant announced, to be held against the bytes
   * @throws Problem `unsupported_media_type`, `type_mismatch`, `too_many_pixels`, `too_many_frames`, `truncated`,
   *   `low_detail`, `unreadable_image` or `payload_too_large`
   */
  read(bytes: Uint8Array, declaredType?: string): Promise<SourceImage>;
  /** The picture within a square of `size` pixels, never enlarged, as WebP. */
  thumbnail(raster: Raster, size: number): Promise<{ bytes: Uint8Array; width: number; height: number }>;
  /** The picture within the square that every model is fed from: both ingest and search go through it. */
  modelImage(raster: Raster): Promise<Raster>;
  /** Lossless WebP: what is decoded from it are the same pixels. */
  encodeModelImage(picture: Raster): Promise<Uint8Array>;
  /** @throws Problem `unreadable_image` */
  decodeModelImage(bytes: Uint8Array): Promise<Raster>;
  /** Resizes and lays out a model picture as the model's manifest says, turned or mirrored before. */
  modelInput(picture: Raster, rule: ModelInputRule, turn?: Turn): Promise<ModelInput>;
  /** The part of a picture, given as shares (0..1) of its width and height. */
  crop(raster: Raster, region: Region): Promise<Raster>;
  /** 64-bit perceptual hash (DCT), 16 hex digits: the same of a picture and of its model picture. */
  perceptualHash(raster: Raster): Promise<string>;
  /** SHA-256 over the dimensions and the pixels, hex. */
  pixelHash(raster: Raster): string;
}
