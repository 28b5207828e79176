import type { Blobs } from '#shared/blobs/blobs.ts';
import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { ARCHIVE_DAYS } from '#shared/contracts/events/registry.ts';
import { imageId, tenantId } from '#shared/kernel/ids.ts';
import type { ImageStore } from './image-store.ts';

const DAYS: Readonly<Record<string, number>> = ARCHIVE_DAYS;
/** For an event type that this version does not know. */
const DEFAULT_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Writes an event to `events/{type}/{date}/{tenant}/{id}.json` and records the key with the image, so that a purge finds
 * it. A redelivered event overwrites its object. Events of unknown or purged images are not archived, nor are vectors:
 * the image store has them.
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
    const expiresAt = new Date(Date.parse(event.time) + (DAYS[event.type] ?? DEFAULT_DAYS) * DAY_MS);
    await imageStore.noteArchived(tenant, image, key, expiresAt);
    const archived = { ...event, data: { image_id, ...rest } };
    await blobs.put(tenant, key, Buffer.from(JSON.stringify(archived)), 'application/cloudevents+json');
  };
