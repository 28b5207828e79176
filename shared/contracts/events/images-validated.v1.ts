import type * as z from 'zod';
import { envelope } from './envelope.ts';
import { EmbeddingRequest, ValidatedFields } from './image-fields.ts';

/** An image was validated and its derivatives are written. The gpu-worker embeds it next. */
export const ImagesValidatedV1 = envelope('images.validated', ValidatedFields.extend(EmbeddingRequest.shape));
export type ImagesValidatedV1 = z.infer<typeof ImagesValidatedV1>;
