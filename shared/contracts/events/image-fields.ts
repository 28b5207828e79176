import { z } from 'zod';

/** What every event about a picture says of it, so that a consumer needs no look-up. */
export const ImageFields = z.object({
  image_id: z.string(),
  external_id: z.string().optional(),
  file_name: z.string(),
  file_path: z.string(),
  storage_location: z.string(),
  storage_type: z.enum(['s3', 'minio', 'azure_blob', 'gcs']),
  /** Where its bytes are in our own store. */
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

/** What is wanted of the steps after validation. */
export const EmbeddingOrder = z.object({
  /** The models to embed the picture with; where absent, the worker's first. */
  embed_with: z.array(z.string()).min(1).optional(),
  /** It is indexed already: only these models' vectors are wanted, and nothing is told of it. */
  refill: z.boolean().optional(),
});

/** What validation adds. */
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
  /** The picture that models read. */
  model_picture: z.object({ bucket: z.string(), key: z.string() }),
  validated_at: z.iso.datetime(),
});
