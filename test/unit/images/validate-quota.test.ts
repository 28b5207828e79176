import { beforeEach, describe, expect, it } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { validateImage } from '#shared/images/validate-image.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { ACME } from '../../fixtures/tenant.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';

const NOW = '2025-01-02T03:05:00.000Z';
const photo = photograph('locomotion-house-cat');
const imaging = sharpImaging();
const tenant = ACME.tenant_id;
const ONE = { stored_images: 1 };

let owner: Tenant | undefined;
let ports: ReturnType<typeof newPorts>;
beforeEach(() => {
  owner = ACME;
  ports = newPorts();
});

const newPorts = () => ({
  imageStore: memoryImageStore(),
  tenants: { get: async () => owner },
  models: ['first', 'second'] as const,
  blobs: memoryBlobs(),
  imaging,
  publisher: memoryPublisher(),
  now: () => new Date(NOW),
});

/** Creates an image's record and uploads its bytes. */
async function upload(bytes = photo) {
  const announced = announcedImage();
  const { image_id: image } = announced;
  await ports.imageStore.create(announced);
  const object = { key: objectKeys.incoming(tenant, image), size: bytes.length };
  const putFile = () => ports.blobs.put(tenant, object.key, bytes, announced.content_type);
  await putFile();
  return {
    image,
    object,
    putFile,
    validate: () => validateImage(ports)(tenant, image, object),
    record: async () => (await ports.imageStore.get(tenant, image)) ?? announced,
    /** The sizes of the stored thumbnails, and `incoming`, `upload` and `input` if those objects exist. */
    storedObjects: async () => {
      const keys = {
        incoming: object.key,
        upload: objectKeys.upload(tenant, image),
        input: objectKeys.modelImage(tenant, image),
        ...Object.fromEntries(
          [64, 256, 300, 1024].map((size) => [size, objectKeys.thumbnail(tenant, image, size)]),
        ),
      };
      const stored: string[] = [];
      for (const [name, key] of Object.entries(keys))
        if ((await ports.blobs.size(tenant, key)) !== undefined) stored.push(name);
      return stored.sort();
    },
  };
}
const codes = () =>
  ports.publisher.events.map((event) =>
    event.type === 'images.failed' ? event.data.failure.code : event.type,
  );

describe('the quota at validation', () => {
  it('counts an admitted image by its measured size', async () => {
    const { validate, record } = await upload();
    await validate();
    expect(await record()).toMatchObject({ status: 'validated', stored_bytes: photo.length });
    expect(await ports.imageStore.stored(tenant)).toEqual({ images: 1, bytes: photo.length });
  });

  it.each([
    ['images', ONE],
    ['bytes', { storage_bytes: photo.length * 2 - 1 }],
  ])('rejects an image beyond the quota of %s and removes its objects', async (_, limits) => {
    owner = { ...ACME, limits };
    const [first, second] = [await upload(), await upload()];
    await first.validate();
    await second.validate();
    expect(await second.record()).toMatchObject({
      status: 'failed',
      failure: {
        stage: 'validation',
        code: 'quota_exceeded',
        retryable: false,
        detail: expect.stringContaining(`1 images and ${photo.length} bytes are`),
      },
    });
    expect(await second.storedObjects()).toEqual([]);
    expect(await first.storedObjects()).toEqual(['1024', '256', 'input', 'upload']);
    expect(await ports.imageStore.stored(tenant)).toEqual({ images: 1, bytes: photo.length });
    expect(codes().at(-1)).toBe('quota_exceeded');
  });

  it('admits a rejected image once the quota allows it and its file is uploaded again', async () => {
    owner = { ...ACME, limits: ONE };
    const [first, second] = [await upload(), await upload()];
    await first.validate();
    await second.validate();
    await second.putFile();
    await second.validate();
    expect(await second.record()).toMatchObject({ status: 'failed', failure: { code: 'quota_exceeded' } });
    expect(await second.storedObjects()).toEqual([]);

    await ports.imageStore.markPurged(tenant, first.image, NOW);
    await second.putFile();
    await second.validate();
    const record = await second.record();
    expect(record).toMatchObject({ status: 'validated', stored_bytes: photo.length });
    expect(record).not.toHaveProperty('failure');
    expect(await second.storedObjects()).toEqual(['1024', '256', 'input', 'upload']);
  });

  it('repeats the rejection on redelivery, also if the removal had failed', async () => {
    owner = { ...ACME, limits: ONE };
    const [first, second] = [await upload(), await upload()];
    await first.validate();
    const { remove } = ports.blobs;
    ports.blobs.remove = async () => {
      throw new Error('not now');
    };
    await expect(second.validate()).rejects.toThrow('not now');
    expect(await second.storedObjects()).not.toEqual([]);
    ports.blobs.remove = remove;
    await second.validate();
    expect(await second.storedObjects()).toEqual([]);

    ports.publisher.events.length = 0;
    await second.validate();
    expect(codes()).toEqual(['quota_exceeded']);
    expect(await second.storedObjects()).toEqual([]);
  });

  it('does not remove the objects of an image that another delivery has admitted meanwhile', async () => {
    owner = { ...ACME, limits: ONE };
    const [first, second] = [await upload(), await upload()];
    await first.validate();
    const { quotaUse } = ports.imageStore;
    ports.imageStore.quotaUse = async (...args) => {
      ports.imageStore.quotaUse = quotaUse;
      await ports.imageStore.markPurged(tenant, first.image, NOW);
      await second.validate();
      return quotaUse(...args);
    };
    await second.validate();
    expect(await second.record()).toMatchObject({ status: 'validated', stored_bytes: photo.length });
    expect(await second.storedObjects()).toEqual(['1024', '256', 'input', 'upload']);
    expect(codes()).toContain('images.validated');
  });

  it('counts an image once, however often it is validated', async () => {
    owner = { ...ACME, limits: ONE };
    const { image, validate, record, storedObjects } = await upload();
    await validate();
    const failure = {
      stage: 'validation',
      code: 'dependency_unavailable',
      detail: '',
      retryable: true,
      attempts: 5,
    } as const;
    await ports.imageStore.fail(tenant, image, failure, NOW, {});
    owner = { ...owner, settings: { thumbnail_sizes: [300] } };
    await validate();
    expect(await record()).toMatchObject({ status: 'validated' });
    expect(await storedObjects()).toEqual(['1024', '256', 'input', 'upload']); // its earlier sizes
    expect(await ports.imageStore.stored(tenant)).toEqual({ images: 1, bytes: photo.length });
  });
});

describe('a tenant’s settings and state at validation', () => {
  it('makes thumbnails of the configured sizes', async () => {
    owner = { ...ACME, settings: { thumbnail_sizes: [64, 300] } };
    const { validate, record, storedObjects } = await upload();
    await validate();
    const { thumbnails } = await record();
    expect(thumbnails?.map(({ size, width }) => [size, width])).toEqual([
      [64, 64],
      [300, 300],
    ]);
    expect(await storedObjects()).toEqual(['300', '64', 'input', 'upload']);
  });

  it('removes thumbnails of all sizes of a purged image', async () => {
    owner = { ...ACME, settings: { thumbnail_sizes: [64, 300] } };
    const { image, validate, storedObjects } = await upload();
    await validate();
    await ports.imageStore.markPurged(tenant, image, NOW);
    owner = ACME;
    await validate();
    expect(await storedObjects()).toEqual([]);
  });

  it.each([
    ['gone', undefined],
    ['being purged', { ...ACME, state: 'purging' } as const],
  ])('removes an upload whose tenant is %s and publishes nothing', async (_, state) => {
    const { validate, record, storedObjects } = await upload();
    owner = state;
    await validate();
    expect(await storedObjects()).toEqual([]);
    expect(await record()).toMatchObject({ status: 'pending_upload' });
    expect(ports.publisher.events).toEqual([]);
  });

  it('publishes nothing if the record is removed meanwhile', async () => {
    const { validate, storedObjects } = await upload();
    ports.imageStore.advance = async () => undefined;
    await validate();
    expect(await storedObjects()).toEqual([]);
    expect(ports.publisher.events).toEqual([]);
  });

  it('admits uploads of a suspended tenant', async () => {
    const { validate, record } = await upload();
    owner = { ...ACME, state: 'suspended' };
    await validate();
    expect(await record()).toMatchObject({ status: 'validated' });
  });
});
