import type { ImagesProcessedV1 } from '#shared/contracts/events/images-processed.v1.ts';
import type { ImagesValidatedV1 } from '#shared/contracts/events/images-validated.v1.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import { encodeEmbedding } from '#shared/embedding/wire.ts';
import { tenantId } from '#shared/kernel/ids.ts';

/** The vectors of every image: a search finds all of them. */
export const VECTOR = Float32Array.from({ length: 8 }, (_, axis) => (axis === 0 ? 1 : 0));

/** Returns the event of a validated image after the worker has embedded it, by the models that were asked for. */
export function embedded({ data, tenantid, subject, ...event }: ImagesValidatedV1): ImagesProcessedV1 {
  const models = data.embed_with ?? ['first'];
  return newEvent('images.processed', {
    ...{ tenant: tenantId(tenantid), subject, time: event.time, correlationId: event.correlationid },
    ...(data.refill && { id: `${subject}.${models.join('.')}.images.processed` }),
    data: {
      ...data,
      embeddings: models.map((model) => encodeEmbedding(model, { semantic: VECTOR, copy: VECTOR })),
      processed_at: event.time,
    },
  });
}
