import * as z from 'zod';
import { envelope } from './envelope.ts';
import { Id, Time, Vector } from './event-fields.ts';
import { EmbeddingRequest, ValidatedFields } from './image-fields.ts';

/** One model's embedding of an image. Vectors are base64 of little-endian float32, `local` of int8 (`round(127 x)`). */
export const EncodedEmbedding = z.object({
  model: Id,
  semantic: Vector,
  copy: Vector,
  local: Vector.optional(),
  model_version: Id.optional(),
  /** Of `semantic`. */
  dimension: z.number().int().positive().max(1e6).optional(),
});

/** An image was embedded by the requested models. */
export const ImagesProcessedV1 = envelope(
  'images.processed',
  ValidatedFields.extend(EmbeddingRequest.shape).extend({
    embeddings: z.array(EncodedEmbedding).min(1).max(100),
    /** Of the batch that the image was embedded in. */
    processing_time_ms: z.number().int().nonnegative().max(1e9).optional(),
    /** True if a GPU embedded it. */
    gpu_used: z.boolean().optional(),
    processed_at: Time,
  }),
);
export type ImagesProcessedV1 = z.infer<typeof ImagesProcessedV1>;
