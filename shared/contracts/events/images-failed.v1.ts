import * as z from 'zod';
import { envelope } from './envelope.ts';
import { Id, Time, Word } from './event-fields.ts';
import { ImageFields } from './image-fields.ts';

/** A step failed for an image. `data` has the stage, the cause, if a retry can help, and the message to retry with. */
export const ImagesFailedV1 = envelope(
  'images.failed',
  ImageFields.partial()
    .required({ image_id: true })
    .extend({
      failure: z.object({
        stage: z.enum(['upload', 'validation', 'embedding', 'indexing', 'duplicates']),
        code: Id,
        detail: Word,
        retryable: z.boolean(),
        attempts: z.number().int().positive(),
      }),
      /** The failed message as received; `{omitted: "too large"}` if it does not fit: the image's record has it. */
      original_event: z.unknown(),
      failed_at: Time,
    }),
);
export type ImagesFailedV1 = z.infer<typeof ImagesFailedV1>;
