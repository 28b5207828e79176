import { z } from 'zod';
import { envelope } from './envelope.ts';
import { EmbeddingOrder, ValidatedFields } from './image-fields.ts';

/** One model's view of a picture. Vectors are base64 of little-endian float32, `local` of int8 (`round(127 x)`). */
export const EncodedEmbedding = z.object({
  model: z.string(),
  semantic: z.base64(),
  copy: z.base64(),
  local: z.base64().optional(),
});

/** A picture is embedded by the models that were asked for. */
export const ImagesProcessedV1 = envelope(
  'images.processed',
  ValidatedFields.extend(EmbeddingOrder.shape).extend({
    embeddings: z.array(EncodedEmbedding).min(1),
    processed_at: z.iso.datetime(),
  }),
);
export type ImagesProcessedV1 = z.infer<typeof ImagesProcessedV1>;
