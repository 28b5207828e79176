import { beforeEach, describe, expect, it } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { signThumbnail } from '#shared/images/find-image.ts';
import { newImageId, tenantId } from '#shared/kernel/ids.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryImageStore } from '../../memory/image-store.ts';

const ports = { imageStore: memoryImageStore(), blobs: memoryBlobs() };
const sign = signThumbnail(ports);
const record = announcedImage();
const { tenant_id: tenant, image_id: image } = record;
const thumbnail = (size: number) => ({
  size,
  width: size,
  height: size,
  key: objectKeys.thumbnail(tenant, image, size),
});

describe('a thumbnail’s signed URL', () => {
  beforeEach(async () => {
    const { imageStore } = ports;
    if (await imageStore.get(tenant, image)) return;
    await imageStore.create({ ...record, thumbnails: [1024, 96, 300].map(thumbnail) });
  });

  it.each([96, 300, 1024])('is for the requested size %i', async (size) => {
    expect(await sign(tenant, image, size)).toContain(objectKeys.thumbnail(tenant, image, size));
  });

  it('is for the size nearest to 256 by default', async () => {
    expect(await sign(tenant, image)).toContain('/300.webp');
  });

  it('is refused for an unavailable size, naming the available ones', async () => {
    await expect(sign(tenant, image, 256)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('96, 300, 1024'),
      errors: [{ pointer: '/query/size' }],
    });
  });

  it('is refused before validation, after a purge and for another tenant', async () => {
    const early = announcedImage();
    await ports.imageStore.create(early);
    await expect(sign(tenant, early.image_id, 256)).rejects.toMatchObject({ code: 'image_not_ready' });
    await ports.imageStore.markPurged(tenant, early.image_id, '2026-01-01T00:00:00.000Z');
    await expect(sign(tenant, early.image_id)).rejects.toMatchObject({ code: 'purged' });
    await expect(sign(tenantId('other'), image)).rejects.toMatchObject({ code: 'not_found' });
    await expect(sign(tenant, newImageId())).rejects.toMatchObject({ code: 'not_found' });
  });
});
