import { describe, expect, it } from 'vitest';
import { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { archiveEvent } from '#shared/images/archive-event.ts';
import { imageId, tenantId } from '#shared/kernel/ids.ts';
import processed from '../../contract/events/samples/images.processed.v1.json' with { type: 'json' };
import { announcedImage } from '../../fixtures/image-record.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryImageStore } from '../../memory/image-store.ts';

const event = AnyEvent.parse(processed);
const tenant = tenantId(event.tenantid);

const known = async () => {
  const imageStore = memoryImageStore();
  await imageStore.create(announcedImage({ tenant_id: tenant, image_id: imageId(event.subject) }));
  return imageStore;
};

describe('archiveEvent', () => {
  it('keeps an event once, where a purge finds it, and without its vectors', async () => {
    const imageStore = await known();
    const blobs = memoryBlobs();
    const archive = archiveEvent({ imageStore, blobs });
    await archive(event);
    await archive(event);
    const keys = await imageStore.archivedKeys(tenant, imageId(event.subject));
    expect(keys).toEqual([`events/images.processed/2026-11-01/acme/${event.id}.json`]);
    const kept = AnyEvent.parse(
      JSON.parse(Buffer.from((await blobs.get(tenant, keys[0] ?? '')) ?? []).toString()),
    );
    expect(kept.data).toMatchObject({ image_id: event.subject, file_name: 'boats.jpg' });
    expect(kept.data).not.toHaveProperty('embeddings');
    expect(kept.correlationid).toBe(event.correlationid);
  });

  it('keeps nothing of a picture that is purged, or of a tenant that is gone', async () => {
    const purged = await known();
    await purged.markPurged(tenant, imageId(event.subject), '2026-11-02T00:00:00.000Z');
    for (const imageStore of [purged, memoryImageStore()]) {
      const blobs = memoryBlobs();
      await archiveEvent({ imageStore, blobs })(event);
      expect(await blobs.count(tenant, 'events')).toBe(0);
      expect(await imageStore.archivedKeys(tenant, imageId(event.subject))).toEqual([]);
    }
  });
});
