import { describe, expect, it } from 'vitest';
import { memoryBlobs } from '#shared/blobs/memory.ts';
import { memoryImages } from '#shared/catalog/memory.ts';
import { tenantId } from '#shared/domain/ids.ts';
import { IMAGE_LIMITS } from '#shared/domain/image.ts';
import { addImage, requestUpload } from '#shared/flows/ingest/request-upload.ts';

const acme = tenantId('acme');
const picture = {
  filename: 'a.jpg',
  contentType: 'image/jpeg',
  size: 10,
  externalId: 'mine',
  metadata: { a: 'b' },
};

function shop() {
  const catalog = memoryImages();
  const blobs = memoryBlobs();
  const now = () => new Date('2026-11-01T10:00:00.000Z');
  return {
    catalog,
    blobs,
    request: requestUpload({ catalog, blobs, now }),
    add: addImage({ catalog, blobs, now }),
  };
}

describe('requestUpload', () => {
  it('writes the record before it gives the form', async () => {
    const { catalog, request } = shop();
    const form = await request(acme, picture, 'c-1');
    expect(form).toMatchObject({ status: 'pending_upload', expires_at: '2026-11-01T10:15:00.000Z' });
    expect(await catalog.get(acme, form.image_id)).toMatchObject({
      status: 'pending_upload',
      file_path: 'a.jpg',
      external_id: 'mine',
      metadata: { a: 'b' },
      correlation_id: 'c-1',
    });
  });

  it.each([
    [{ contentType: 'image/svg+xml' }, 'unsupported_media_type'],
    [{ size: 0 }, 'unreadable_image'],
    [{ size: IMAGE_LIMITS.fileBytes + 1 }, 'payload_too_large'],
  ])('refuses %o, and leaves no record', async (change, code) => {
    const { catalog, request } = shop();
    await expect(request(acme, { ...picture, ...change }, 'c')).rejects.toMatchObject({ code });
    expect((await catalog.list(acme, { limit: 10 })).items).toEqual([]);
  });

  it.each(['image/jpg', 'IMAGE/JPEG', 'image/heif'])('knows %s by its other names', async (contentType) => {
    expect((await shop().request(acme, { ...picture, contentType }, 'c')).status).toBe('pending_upload');
  });
});

describe('addImage', () => {
  it('stores the bytes and says that they are there', async () => {
    const { catalog, blobs, add } = shop();
    const { image_id, status } = await add(acme, picture, new Uint8Array(10), 'c');
    expect(status).toBe('uploaded');
    expect((await catalog.get(acme, image_id))?.status).toBe('uploaded');
    expect(await blobs.size(acme, `uploads/acme/${image_id}`)).toBe(10);
  });
});
