import { z } from 'zod';
import { envelope } from './envelope.ts';
import { ValidatedFields } from './image-fields.ts';

/** An image was indexed: searches find it from now on. */
export const ImagesIndexedV1 = envelope(
  'images.indexed',
  ValidatedFields.extend({ models: z.array(z.string()).min(1), indexed_at: z.iso.datetime() }),
);
export type ImagesIndexedV1 = z.infer<typeof ImagesIndexedV1>;
