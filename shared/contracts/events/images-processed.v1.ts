import { z } from 'zod';
import { envelope } from './envelope.ts';
import { Id, Time, Vector } from './event-fields.ts';
import { EmbeddingRequest, ValidatedFields } from './image-fields.ts';

/** One model's embedding of an image. Vectors are base64 of little-endian float32, `local` of int8 (`round(127 x)`). */
export const EncodedEmbedding = z.object({
  model: Id,
  semantic: Vector,
  copy: Vector,
  local: Vector.optional(),
});

/** An image was embedded by the requested models. */
export const ImagesProcessedV1 = envelope(
  'images.processed',
  ValidatedFields.extend(EmbeddingRequest.shape).extend({
    embeddings: z.array(EncodedEmbedding).min(1).max(100),
    processed_at: Time,
  }),
);
export type ImagesProcessedV1 = z.infer<typeof ImagesProcessedV1>;
