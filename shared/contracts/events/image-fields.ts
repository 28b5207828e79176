import * as z from 'zod';
import { Degrees, Digest, Id, Metadata, Time, Word } from './event-fields.ts';

/** Fields of every event about an image, so that consumers need no look-up. */
export const ImageFields = z.object({
  image_id: Id,
  external_id: Word.optional(),
  file_name: Word,
  file_path: Word,
  storage_location: Id,
  storage_type: z.enum(['s3', 'minio', 'azure_blob', 'gcs']),
  /** The object with the image's bytes; it exists from validation on. */
  object: z.object({ bucket: Id, key: Word }),
  /** Bytes. */
  file_size: z.number().int().nonnegative(),
  content_type: Word,
  created_at: Time,
  uploaded_at: Time.optional(),
});

export const Exif = z.object({
  camera: Word.optional(),
  lens: Word.optional(),
  taken_at: Word.optional(),
  orientation: z.number().int().optional(),
  gps: z.object({ latitude: Degrees, longitude: Degrees }).optional(),
});

/** Instructions for the steps after validation. */
export const EmbeddingRequest = z.object({
  /** The models to embed the image with; by default the worker's first. */
  embed_with: z.array(Id).min(1).max(100).optional(),
  /** The image is indexed already: only add these models' vectors, and publish no `images.indexed`. */
  refill: z.boolean().optional(),
});

/** Fields from validation on. */
export const ValidatedFields = ImageFields.extend({
  format: z.enum(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'heic', 'bmp', 'raw']),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  hash_sha256: Digest,
  hash_md5: Digest,
  hash_perceptual: Digest,
  exif: Exif,
  metadata: Metadata,
  thumbnails: z
    .array(z.object({ size: z.number().int(), width: z.number().int(), height: z.number().int(), key: Word }))
    .max(100),
  /** The model image: the reduced copy that models read. */
  model_picture: z.object({ bucket: Id, key: Word }),
  validated_at: Time,
});
