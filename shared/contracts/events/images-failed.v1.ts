import { z } from 'zod';
import { envelope } from './envelope.ts';
import { ImageFields } from './image-fields.ts';

/** A picture could not go on: where, why, whether trying again can help, and the event to try again with. */
export const ImagesFailedV1 = envelope(
  'images.failed',
  ImageFields.partial()
    .required({ image_id: true })
    .extend({
      failure: z.object({
        stage: z.enum(['upload', 'validation', 'embedding', 'indexing', 'duplicates']),
        code: z.string(),
        detail: z.string(),
        retryable: z.boolean(),
        attempts: z.number().int().positive(),
      }),
      /** The message that could not be handled, as it was received. */
      original_event: z.unknown(),
      failed_at: z.iso.datetime(),
    }),
);
export type ImagesFailedV1 = z.infer<typeof ImagesFailedV1>;
