import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { UploadFile } from '#shared/contracts/http/images.ts';
import { existingImages } from '#shared/images/external-ids.ts';
import { announcedImage as uploadOf } from '#shared/images/incoming-image.ts';
import type { Stored } from '#shared/images/quota.ts';
import { quotaOf } from '#shared/images/quota.ts';
import { addImage, type NewImage, requestUploads } from '#shared/images/request-upload.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryImageStore } from '../../memory/image-store.ts';

const acme = tenantId('acme');
const newImage = {
  filename: 'a.jpg',
  contentType: 'image/jpeg',
  size: 10,
  metadata: { a: 'b' },
};

const unlimited = { images: 1e6, bytes: 1e12 };

function setUp() {
  const imageStore = memoryImageStore();
  const blobs = memoryBlobs();
  const now = () => new Date('2026-11-01T10:00:00.000Z');
  const request = requestUploads({ imageStore, blobs, now });
  return {
    imageStore,
    blobs,
    request,
    /** Announces one image; throws its problem. */
    async requestOne(image: NewImage) {
      const [form] = await request(acme, [image], unlimited, 'c-1');
      if (!form || form instanceof Problem) throw form;
      return form;
    },
    add: addImage({ imageStore, blobs, now }),
  };
}

describe('requestUpload', () => {
  it('creates the record and presigns the form', async () => {
    const { imageStore, requestOne } = setUp();
    const form = await requestOne({ ...newImage, externalId: 'mine' });
    expect(form).toMatchObject({ status: 'pending_upload', expires_at: '2026-11-01T10:15:00.000Z' });
    expect(await imageStore.get(acme, form.image_id)).toMatchObject({
      status: 'pending_upload',
      file_path: 'a.jpg',
      external_id: 'mine',
      metadata: { a: 'b' },
      correlation_id: 'c-1',
      reserved_bytes: 10,
    });
  });

  it('pins the announced checksum in the form, and notes it for validation', async () => {
    const { imageStore, blobs } = setUp();
    const presigned: unknown[] = [];
    const presignUpload: typeof blobs.presignUpload = (tenant, key, conditions) => {
      presigned.push(conditions.sha256);
      return blobs.presignUpload(tenant, key, conditions);
    };
    const sha256 = 'ab'.repeat(32);
    const file = UploadFile.parse({ filename: 'a.jpg', size: 10, sha256 });
    const ask = requestUploads({ imageStore, blobs: { ...blobs, presignUpload } });
    const [form] = await ask(acme, [uploadOf(file)], unlimited, 'c');
    if (!form || form instanceof Problem) throw form;
    expect(presigned).toEqual([sha256]);
    expect(await imageStore.get(acme, form.image_id)).toMatchObject({ announced_sha256: sha256 });
  });

  it('keeps the problem of a file that the caller refused, in its place', async () => {
    const limited = new Problem('rate_limited', 'Wait.');
    const { imageStore, request } = setUp();
    const entries = await request(acme, [newImage, limited, newImage], unlimited, 'c');
    expect(entries).toMatchObject([{ status: 'pending_upload' }, limited, { status: 'pending_upload' }]);
    expect(await imageStore.quotaUse(acme)).toMatchObject({ reserved: { images: 2, bytes: 20 } });
  });
});

describe('a file of POST /uploads', () => {
  const read = (file: Partial<z.output<typeof UploadFile>>) =>
    uploadOf(UploadFile.parse({ filename: 'a.jpg', size: 10, ...file }));

  it.each([
    [{ content_type: 'image/svg+xml' }, 'unsupported_media_type'],
    [{ size: 0 }, 'unreadable_image'],
    [{ size: IMAGE_LIMITS.fileBytes + 1 }, 'payload_too_large'],
  ])('is refused if it is %o', (file, code) => {
    expect(() => read(file)).toThrow(expect.objectContaining({ code }));
  });

  it('may have as many bytes as an image', () => {
    expect(read({ size: IMAGE_LIMITS.fileBytes }).size).toBe(IMAGE_LIMITS.fileBytes);
  });

  it.each([
    ['image/jp2', 'JPEG 2000'],
    ['image/jxl', 'JPEG XL'],
    ['application/pdf', 'PDF'],
  ])('of the type %s is refused by the name of its format', (content_type, name) => {
    const message = expect.stringMatching(new RegExp(`${name}.*Send it as JPEG`));
    expect(() => read({ content_type })).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type', message }),
    );
  });

  it('may declare no media type', async () => {
    const form = await setUp().requestOne(read({}));
    expect(form.fields['Content-Type']).toBe('application/octet-stream');
  });

  it.each([
    'image/jpg',
    'image/pjpeg',
    'image/x-png',
    'image/tif',
    'IMAGE/JPEG',
    'image/jpeg; q=1',
    'image/heif',
    'application/octet-stream',
  ])('may be of the type %s', (content_type) => {
    expect(read({ content_type }).contentType).toBe(content_type);
  });
});

describe('addImage', () => {
  it('stores the bytes and marks the image as uploaded', async () => {
    const { imageStore, blobs, add } = setUp();
    const { image_id, status } = await add(acme, newImage, new Uint8Array(10), unlimited, 'c');
    expect(status).toBe('uploaded');
    expect((await imageStore.get(acme, image_id))?.status).toBe('uploaded');
    expect(await blobs.size(acme, `incoming/acme/${image_id}`)).toBe(10);
  });
});

describe('an external id', () => {
  const mine = { ...newImage, externalId: 'mine' };

  it('that an image has is refused with the image’s id, in an upload and in a call', async () => {
    const { requestOne, request, add, imageStore } = setUp();
    const { image_id: existing_image_id } = await requestOne(mine);
    const conflict = { code: 'conflict', members: { existing_image_id } };
    const entries = await request(acme, [newImage, mine], unlimited, 'c');
    expect(entries).toMatchObject([{ status: 'pending_upload' }, conflict]);
    const adding = add(acme, mine, new Uint8Array(10), unlimited, 'c');
    await expect(adding).rejects.toMatchObject(conflict);
    const found = await existingImages({ imageStore })(acme, entries);
    expect([...found.values()]).toMatchObject([{ image_id: existing_image_id, external_id: 'mine' }]);
    expect((await imageStore.list(acme, { limit: 10 })).items).toHaveLength(2);
  });

  it('is free again once the image is purged', async () => {
    const { requestOne, imageStore } = setUp();
    await imageStore.markPurged(acme, (await requestOne(mine)).image_id, '2026-11-01T11:00:00.000Z');
    expect(await requestOne(mine)).toMatchObject({ status: 'pending_upload' });
  });
});

describe('the quota', () => {
  const sizes = async (quota: Stored, announced: number[], stored: number[] = []) => {
    const { imageStore, request } = setUp();
    for (const size of stored) {
      const record = announcedImage({ tenant_id: acme });
      await imageStore.create(record);
      await imageStore.admit(acme, record.image_id, record.created_at, { file_size: size }, quota);
    }
    const images = announced.map((size) => ({ ...newImage, size }));
    const entries = await request(acme, images, quota, 'c');
    const forms = entries.filter((entry) => !(entry instanceof Problem));
    const { items } = await imageStore.list(acme, { limit: 100 });
    expect(items).toHaveLength(stored.length + forms.length);
    return entries.map((entry) => (entry instanceof Problem ? entry.code : 'ok'));
  };

  it('accepts the images that fit, in order', async () => {
    const quota = { images: 9, bytes: 100 };
    expect(await sizes(quota, [50, 60, 40, 1, 10], [5])).toEqual([
      'ok',
      'quota_exceeded',
      'ok',
      'ok',
      'quota_exceeded',
    ]);
  });

  it('limits images and bytes, inclusively', async () => {
    expect(await sizes({ images: 3, bytes: 1e9 }, [1, 1, 1], [1])).toEqual(['ok', 'ok', 'quota_exceeded']);
    expect(await sizes({ images: 0, bytes: 1e9 }, [1])).toEqual(['quota_exceeded']);
  });

  it('is taken by images that were announced and not uploaded, and the problem names them', async () => {
    const { request, add } = setUp();
    const quota = { images: 2, bytes: 1e9 };
    await request(acme, [newImage, newImage], quota, 'c');
    const [second] = await request(acme, [newImage], quota, 'c');
    expect(second).toMatchObject({ code: 'quota_exceeded' });
    await expect(add(acme, newImage, new Uint8Array(10), quota, 'c')).rejects.toMatchObject({
      code: 'quota_exceeded',
      message: expect.stringContaining('2 images and 20 bytes are reserved for uploads'),
    });
  });

  it('reports the quota, the stored amounts and what to do', async () => {
    const { add, imageStore } = setUp();
    const problem = add(acme, newImage, new Uint8Array(10), { images: 7, bytes: 9 }, 'c');
    await expect(problem).rejects.toMatchObject({
      code: 'quota_exceeded',
      status: 429,
      message: expect.stringMatching(
        /^The quota is 7 images and 9 bytes[.] 0 images and 0 bytes are.*10 bytes.*Delete/,
      ),
    });
    expect((await imageStore.list(acme, { limit: 9 })).items).toEqual([]);
  });

  it.each([
    [{ plan: 'free' as const }, { images: 1_000, bytes: 1e9 }],
    [
      { plan: 'pro' as const, limits: { stored_images: 7 } },
      { images: 7, bytes: 500e9 },
    ],
    [{ limits: { storage_bytes: 5 } }, { images: 1_000, bytes: 5 }],
    [
      { plan: 'enterprise' as const, settings: { models: ['one', 'two'] } },
      { images: 10_000_000, bytes: 20e12 },
    ],
    [{ limits: { stored_images: 9_000 } }, { images: 9_000, bytes: 1e9 }],
    [
      { limits: { vectors: 100 }, settings: { models: ['one', 'two', 'three'] } },
      { images: 33, bytes: 1e9 },
    ],
  ])('of %o is the plan’s, with the tenant’s overrides', (caller, quota) => {
    expect(quotaOf(caller)).toEqual(quota);
  });
});
