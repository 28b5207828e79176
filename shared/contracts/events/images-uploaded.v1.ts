import type * as z from 'zod';
import { envelope } from './envelope.ts';
import { Digest, Metadata } from './event-fields.ts';
import { ImageFields } from './image-fields.ts';

/** An image's bytes were uploaded. */
export const ImagesUploadedV1 = envelope(
  'images.uploaded',
  ImageFields.extend({
    /** The checksum that the file was announced with. */
    announced_sha256: Digest.optional(),
    metadata: Metadata.optional(),
  }),
);
export type ImagesUploadedV1 = z.infer<typeof ImagesUploadedV1>;
