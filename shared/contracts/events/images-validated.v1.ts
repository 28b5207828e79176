import type { z } from 'zod';
import { envelope } from './envelope.ts';
import { EmbeddingOrder, ValidatedFields } from './image-fields.ts';

/** A picture is readable, its derivatives are written. The gpu-worker takes it from here. */
export const ImagesValidatedV1 = envelope('images.validated', ValidatedFields.extend(EmbeddingOrder.shape));
export type ImagesValidatedV1 = z.infer<typeof ImagesValidatedV1>;
