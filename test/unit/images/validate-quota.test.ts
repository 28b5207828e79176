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

/** Announces a picture, and puts its bytes where the tenant's upload puts them. */
async function upload(bytes = photo) {
  const announced = announcedImage();
  const { image_id: image } = announced;
  await ports.imageStore.create(announced);
  const object = { key: objectKeys.upload(tenant, image), size: bytes.length };
  const bring = () => ports.blobs.put(tenant, object.key, bytes, announced.content_type);
  await bring();
  return {
    image,
    object,
    bring,
    validate: () => validateImage(ports)(tenant, image, object),
    record: async () => (await ports.imageStore.get(tenant, image)) ?? announced,
    /** The thumbnails' sizes that are in the store; `upload` and `input` where those are. */
    left: async () => {
      const keys = {
        upload: object.key,
        input: objectKeys.modelImage(tenant, image),
        ...Object.fromEntries(
          [64, 256, 300, 1024].map((size) => [size, objectKeys.thumbnail(tenant, image, size)]),
        ),
      };
      const found: string[] = [];
      for (const [name, key] of Object.entries(keys))
        if ((await ports.blobs.size(tenant, key)) !== undefined) found.push(name);
      return found.sort();
    },
  };
}
const codes = () =>
  ports.publisher.events.map((event) =>
    event.type === 'images.failed' ? event.data.failure.code : event.type,
  );

describe('the quota at validation', () => {
  it('counts what is admitted, by what was measured', async () => {
    const { validate, record } = await upload();
    await validate();
    expect(await record()).toMatchObject({ status: 'validated', stored_bytes: photo.length });
    expect(await ports.imageStore.stored(tenant)).toEqual({ images: 1, bytes: photo.length });
  });

  it.each([
    ['pictures', ONE],
    ['bytes', { storage_bytes: photo.length * 2 - 1 }],
  ])('refuses what has no room among the %s, and keeps nothing of it', async (_, limits) => {
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
        detail: expect.stringContaining(`1 pictures and ${photo.length} bytes are`),
      },
    });
    expect(await second.left()).toEqual([]);
    expect(await first.left()).toEqual(['1024', '256', 'input', 'upload']);
    expect(await ports.imageStore.stored(tenant)).toEqual({ images: 1, bytes: photo.length });
    expect(codes().at(-1)).toBe('quota_exceeded');
  });

  it('takes the picture in when there is room and its file is uploaded again', async () => {
    owner = { ...ACME, limits: ONE };
    const [first, second] = [await upload(), await upload()];
    await first.validate();
    await second.validate();
    await second.bring();
    await second.validate();
    expect(await second.record()).toMatchObject({ status: 'failed', failure: { code: 'quota_exceeded' } });
    expect(await second.left()).toEqual([]);

    await ports.imageStore.markPurged(tenant, first.image, NOW);
    await second.bring();
    await second.validate();
    const record = await second.record();
    expect(record).toMatchObject({ status: 'validated', stored_bytes: photo.length });
    expect(record).not.toHaveProperty('failure');
    expect(await second.left()).toEqual(['1024', '256', 'input', 'upload']);
  });

  it('says the same again where it is told again without a file, also where the removal had failed', async () => {
    owner = { ...ACME, limits: ONE };
    const [first, second] = [await upload(), await upload()];
    await first.validate();
    const { remove } = ports.blobs;
    ports.blobs.remove = async () => {
      throw new Error('not now');
    };
    await expect(second.validate()).rejects.toThrow('not now');
    expect(await second.left()).not.toEqual([]);
    ports.blobs.remove = remove;
    await second.validate();
    expect(await second.left()).toEqual([]);

    await ports.blobs.put(tenant, objectKeys.modelImage(tenant, second.image), photo, 'image/png');
    ports.publisher.events.length = 0;
    await second.validate();
    expect(codes()).toEqual(['quota_exceeded']);
    expect(await second.left()).toEqual([]);
  });

  it('leaves a picture alone that another delivery has admitted meanwhile', async () => {
    owner = { ...ACME, limits: ONE };
    const [first, second] = [await upload(), await upload()];
    await first.validate();
    const { stored } = ports.imageStore;
    ports.imageStore.stored = async (...args) => {
      ports.imageStore.stored = stored;
      await ports.imageStore.markPurged(tenant, first.image, NOW);
      await second.validate();
      return stored(...args);
    };
    await second.validate();
    expect(await second.record()).toMatchObject({ stored_bytes: photo.length });
    expect(await second.left()).toEqual(['1024', '256', 'input', 'upload']);
    expect(codes()).toContain('images.validated');
  });

  it('counts a picture that is validated again no second time', async () => {
    owner = { ...ACME, limits: ONE };
    const { image, validate, record, left } = await upload();
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
    expect(await left()).toEqual(['1024', '256', 'input', 'upload']); // the sizes that it had
    expect(await ports.imageStore.stored(tenant)).toEqual({ images: 1, bytes: photo.length });
  });
});

describe('the settings and the end of a tenant', () => {
  it('makes the thumbnails that the tenant has chosen', async () => {
    owner = { ...ACME, settings: { thumbnail_sizes: [64, 300] } };
    const { validate, record, left } = await upload();
    await validate();
    const { thumbnails } = await record();
    expect(thumbnails?.map(({ size, width }) => [size, width])).toEqual([
      [64, 64],
      [300, 300],
    ]);
    expect(await left()).toEqual(['300', '64', 'input', 'upload']);
  });

  it('removes thumbnails of every size of what was purged meanwhile', async () => {
    owner = { ...ACME, settings: { thumbnail_sizes: [64, 300] } };
    const { image, validate, left } = await upload();
    await validate();
    await ports.imageStore.markPurged(tenant, image, NOW);
    owner = ACME;
    await validate();
    expect(await left()).toEqual([]);
  });

  it.each([
    ['gone', undefined],
    ['being purged', { ...ACME, state: 'purging' } as const],
  ])('keeps nothing of an upload whose tenant is %s, and tells nobody', async (_, state) => {
    const { validate, record, left } = await upload();
    owner = state;
    await validate();
    expect(await left()).toEqual([]);
    expect(await record()).toMatchObject({ status: 'pending_upload' });
    expect(ports.publisher.events).toEqual([]);
  });

  it('tells nobody either where the record went while it began', async () => {
    const { validate, left } = await upload();
    ports.imageStore.advance = async () => undefined;
    await validate();
    expect(await left()).toEqual([]);
    expect(ports.publisher.events).toEqual([]);
  });

  it('takes in what a suspended tenant had uploaded', async () => {
    const { validate, record } = await upload();
    owner = { ...ACME, state: 'suspended' };
    await validate();
    expect(await record()).toMatchObject({ status: 'validated' });
  });
});
