import * as z from 'zod';
import { envelope } from './envelope.ts';
import { Id, Time } from './event-fields.ts';
import { ValidatedFields } from './image-fields.ts';

/** An image was indexed: searches find it from now on. */
export const ImagesIndexedV1 = envelope(
  'images.indexed',
  ValidatedFields.extend({ models: z.array(Id).min(1).max(100), indexed_at: Time }),
);
export type ImagesIndexedV1 = z.infer<typeof ImagesIndexedV1>;
