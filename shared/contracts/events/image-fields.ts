import { z } from 'zod';

/** Fields of every event about an image, so that consumers need no look-up. */
export const ImageFields = z.object({
  image_id: z.string(),
  external_id: z.string().optional(),
  file_name: z.string(),
  file_path: z.string(),
  storage_location: z.string(),
  storage_type: z.enum(['s3', 'minio', 'azure_blob', 'gcs']),
  /** The object with the image's bytes; it exists from validation on. */
  object: z.object({ bucket: z.string(), key: z.string() }),
  /** Bytes. */
  file_size: z.number().int().nonnegative(),
  content_type: z.string(),
  created_at: z.iso.datetime(),
  uploaded_at: z.iso.datetime().optional(),
});

export const Exif = z.object({
  camera: z.string().optional(),
  lens: z.string().optional(),
  taken_at: z.string().optional(),
  orientation: z.number().int().optional(),
  gps: z.object({ latitude: z.number(), longitude: z.number() }).optional(),
});

/** Instructions for the steps after validation. */
export const EmbeddingRequest = z.object({
  /** The models to embed the image with; by default the worker's first. */
  embed_with: z.array(z.string()).min(1).optional(),
  /** The image is indexed already: only add these models' vectors, and publish no `images.indexed`. */
  refill: z.boolean().optional(),
});

/** Fields from validation on. */
export const ValidatedFields = ImageFields.extend({
  format: z.enum(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'heic']),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  hash_sha256: z.string(),
  hash_md5: z.string(),
  hash_perceptual: z.string(),
  exif: Exif,
  metadata: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  thumbnails: z.array(
    z.object({ size: z.number().int(), width: z.number().int(), height: z.number().int(), key: z.string() }),
  ),
  /** The model image: the reduced copy that models read. */
  model_picture: z.object({ bucket: z.string(), key: z.string() }),
  validated_at: z.iso.datetime(),
});
