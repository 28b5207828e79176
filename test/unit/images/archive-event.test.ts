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

const storeWithImage = async () => {
  const imageStore = memoryImageStore();
  await imageStore.create(announcedImage({ tenant_id: tenant, image_id: imageId(event.subject) }));
  return imageStore;
};

describe('archiveEvent', () => {
  it('writes an event once, without its vectors, and records its key', async () => {
    const imageStore = await storeWithImage();
    const blobs = memoryBlobs();
    const archive = archiveEvent({ imageStore, blobs });
    await archive(event);
    await archive(event);
    const keys = await imageStore.archivedKeys(tenant, imageId(event.subject));
    expect(keys).toEqual([`events/images.processed/2026-11-01/acme/${event.id}.json`]);
    const archived = AnyEvent.parse(
      JSON.parse(Buffer.from((await blobs.get(tenant, keys[0] ?? '')) ?? []).toString()),
    );
    expect(archived.data).toMatchObject({ image_id: event.subject, file_name: 'boats.jpg' });
    expect(archived.data).not.toHaveProperty('embeddings');
    expect(archived.correlationid).toBe(event.correlationid);
  });

  it('archives nothing about a purged or unknown image', async () => {
    const purged = await storeWithImage();
    await purged.markPurged(tenant, imageId(event.subject), '2026-11-02T00:00:00.000Z');
    for (const imageStore of [purged, memoryImageStore()]) {
      const blobs = memoryBlobs();
      await archiveEvent({ imageStore, blobs })(event);
      expect(await blobs.count(tenant, 'events')).toBe(0);
      expect(await imageStore.archivedKeys(tenant, imageId(event.subject))).toEqual([]);
    }
  });
});
