import type { z } from 'zod';
import { envelope } from './envelope.ts';
import { ImageFields } from './image-fields.ts';

/** An image's bytes were uploaded. */
export const ImagesUploadedV1 = envelope('images.uploaded', ImageFields);
export type ImagesUploadedV1 = z.infer<typeof ImagesUploadedV1>;
