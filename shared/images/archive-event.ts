import type { Blobs } from '#shared/blobs/blobs.ts';
import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { imageId, tenantId } from '#shared/kernel/ids.ts';
import type { ImageStore } from './image-store.ts';

/** Days that each event is kept, as the bucket's lifecycle rules do; others 30. */
const KEPT_DAYS: Readonly<Record<string, number>> = {
  'images.uploaded': 7,
  'images.validated': 7,
  'images.processed': 7,
  'images.indexed': 7,
};
const DAY = 24 * 60 * 60 * 1000;

/**
 * Keeps an event under `events/{type}/{date}/{tenant}/`, and notes at the picture where, so that a purge finds it.
 * The same event told twice is kept once; what is told of a picture that is gone, or of a tenant that is, is not kept.
 * Vectors are not archived: they live in the catalog.
 */
export const archiveEvent =
  ({ imageStore, blobs }: { imageStore: ImageStore; blobs: Blobs }) =>
  async (event: AnyEvent): Promise<void> => {
    const tenant = tenantId(event.tenantid);
    const { image_id, embeddings, ...rest } = event.data;
    const image = imageId(String(image_id));
    const record = await imageStore.get(tenant, image);
    if (!record || record.status === 'purged') return;
    const key = `events/${event.type}/${event.time.slice(0, 10)}/${tenant}/${event.id}.json`;
    const expiresAt = new Date(Date.parse(event.time) + (KEPT_DAYS[event.type] ?? 30) * DAY);
    await imageStore.noteArchived(tenant, image, key, expiresAt);
    const kept = { ...event, data: { image_id, ...rest } };
    await blobs.put(tenant, key, Buffer.from(JSON.stringify(kept)), 'application/cloudevents+json');
  };
