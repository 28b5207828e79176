import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { EVENTS } from '#shared/contracts/events/registry.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import { validateImage } from '#shared/images/validate-image.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { newImageId } from '#shared/kernel/ids.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { hostileImages } from '../../fixtures/hostile.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { ACME } from '../../fixtures/tenant.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';

const NOW = '2025-01-02T03:05:00.000Z';
const photo = photograph('locomotion-house-cat');
const imaging = sharpImaging();
let ports: ReturnType<typeof newPorts>;
beforeEach(() => {
  ports = newPorts();
});

const newPorts = () => ({
  imageStore: memoryImageStore(),
  tenants: { get: async (): Promise<Tenant> => ACME },
  models: ['first', 'second', 'third'] as const,
  blobs: memoryBlobs(),
  imaging,
  publisher: memoryPublisher(),
  now: () => new Date(NOW),
});

/** Announces a picture, and puts its bytes where the tenant's upload puts them. */
async function upload(bytes: Uint8Array, known: Partial<ImageRecord> = {}) {
  const { tenant_id: tenant, image_id: image, ...rest } = announcedImage(known);
  await ports.imageStore.create({ tenant_id: tenant, image_id: image, ...rest });
  const object = { key: objectKeys.upload(tenant, image), size: bytes.length };
  await ports.blobs.put(tenant, object.key, bytes, rest.content_type);
  return {
    tenant,
    image,
    object,
    validate: (attempts?: number) => validateImage(ports)(tenant, image, object, attempts),
    record: async () => (await ports.imageStore.get(tenant, image)) ?? announcedImage(),
  };
}

const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type);

describe('validating an uploaded picture', () => {
  it('records what it finds out, and writes what is derived', async () => {
    const { tenant, image, validate, record } = await upload(photo);
    await validate();
    expect(await record()).toMatchObject({
      status: 'validated',
      uploaded_at: NOW,
      validated_at: NOW,
      file_size: photo.length,
      format: 'jpeg',
      width: 1024,
      height: 510,
      hash_sha256: createHash('sha256').update(photo).digest('hex'),
      hash_md5: createHash('md5').update(photo).digest('hex'),
      hash_perceptual: expect.stringMatching(/^[0-9a-f]{16}$/),
      hash_pixels: expect.stringMatching(/^[0-9a-f]{64}$/),
      thumbnails: [
        { size: 256, width: 256, height: 128, key: objectKeys.thumbnail(tenant, image, 256) },
        { size: 1024, width: 1024, height: 510, key: objectKeys.thumbnail(tenant, image, 1024) },
      ],
    });
    for (const [key, width, format] of [
      [objectKeys.thumbnail(tenant, image, 256), 256, 'webp'],
      [objectKeys.thumbnail(tenant, image, 1024), 1024, 'webp'],
      [objectKeys.modelImage(tenant, image), 512, 'png'],
    ] as const) {
      expect(await sharp(await ports.blobs.get(tenant, key)).metadata()).toMatchObject({ format, width });
    }
  });

  it('says images.uploaded, then images.validated, with all that a consumer needs', async () => {
    const { image, validate } = await upload(photo);
    await validate();
    const [uploaded, validated] = ports.publisher.events;
    expect(typesOf(ports.publisher.events)).toEqual(['images.uploaded', 'images.validated']);
    expect(EVENTS['images.uploaded'].strict().parse(uploaded)).toMatchObject({
      subject: image,
      tenantid: 'acme',
      correlationid: 'correlation-1',
      data: {
        image_id: image,
        external_id: 'sku-1',
        file_name: 'boats.jpg',
        file_path: 'holidays/boats.jpg',
      },
    });
    expect(EVENTS['images.validated'].strict().parse(validated)).toMatchObject({
      time: NOW,
      data: { format: 'jpeg', width: 1024, metadata: { album: ['summer'] }, validated_at: NOW },
    });
  });

  it('says which models shall see it: the service’s first; its tenant’s; those that are being filled', async () => {
    const asked = async (owner: Partial<Tenant>) => {
      ports = { ...newPorts(), tenants: { get: async () => ({ ...ACME, ...owner }) } };
      await (await upload(photo)).validate();
      return EVENTS['images.validated'].parse(ports.publisher.events[1]).data.embed_with;
    };
    expect(await asked({})).toEqual(['first']);
    expect(await asked({ settings: { models: [] } })).toEqual(['first']);
    expect(await asked({ settings: { models: ['second', 'gone', 'first'] } })).toEqual(['second', 'first']);
    const filling_models = { third: NOW };
    expect(await asked({ settings: { models: ['second'] }, filling_models })).toEqual(['second', 'third']);
  });

  it('ends every hostile picture in its stated code', async () => {
    for (const { name, bytes, contentType, expected } of await hostileImages()) {
      const { validate, record } = await upload(bytes, { content_type: contentType });
      await validate(3);
      const { status, failure } = await record();
      expect({ name, status, code: failure?.code }).toEqual({
        name,
        status: expected.status === 'indexed' ? 'validated' : 'failed',
        code: expected.code,
      });
      if (failure) expect(failure).toMatchObject({ stage: 'validation', retryable: false, attempts: 3 });
    }
  });

  it('says images.failed with the event to try again with', async () => {
    const { object, validate } = await upload(photo, { content_type: 'image/png' });
    await validate();
    expect(typesOf(ports.publisher.events)).toEqual(['images.uploaded', 'images.failed']);
    expect(EVENTS['images.failed'].parse(ports.publisher.events[1])).toMatchObject({
      correlationid: 'correlation-1',
      data: {
        file_name: 'boats.jpg',
        failure: { stage: 'validation', code: 'type_mismatch', retryable: false, attempts: 1 },
        original_event: { Records: [{ s3: { bucket: { name: 'memory' }, object } }] },
        failed_at: NOW,
      },
    });
  });

  it('refuses what is too large without fetching it', async () => {
    const { tenant, image, object, record } = await upload(photo);
    ports.blobs.get = async () => {
      throw new Error('fetched');
    };
    await validateImage(ports)(tenant, image, { ...object, size: IMAGE_LIMITS.fileBytes + 1 });
    expect(await record()).toMatchObject({ status: 'failed', failure: { code: 'payload_too_large' } });
  });

  it('says images.failed of an upload that nobody announced', async () => {
    const { tenant_id: tenant } = announcedImage();
    const image = newImageId();
    await validateImage(ports)(tenant, image, { key: objectKeys.upload(tenant, image), size: 1 });
    expect(EVENTS['images.failed'].parse(ports.publisher.events[0])).toMatchObject({
      data: { image_id: image, failure: { code: 'not_found', retryable: false } },
    });
  });
});

describe('validating again', () => {
  it.each(['processed', 'indexed'] as const)('changes nothing once the picture is %s', async (status) => {
    const { tenant, image, validate, record } = await upload(photo);
    await validate();
    await ports.imageStore.advance(tenant, image, status, NOW);
    const before = await record();
    ports.publisher.events.length = 0;
    await Promise.all([validate(), validate()]);
    expect(await record()).toEqual(before);
    expect(ports.publisher.events).toEqual([]);
  });

  it('says images.validated again, the very same, where a step may have died before it could', async () => {
    const { validate, record } = await upload(photo);
    await validate();
    const [before, first] = [await record(), ports.publisher.events.pop()];
    await validate();
    expect(ports.publisher.events.pop()).toEqual(first);
    expect(await record()).toEqual(before);
  });

  it('leads to one record where two deliveries run at once', async () => {
    const { validate, record } = await upload(photo);
    await Promise.all([validate(), validate()]);
    expect(await record()).toMatchObject({ status: 'validated' });
    expect(new Set(ports.publisher.events.map(({ id }) => id)).size).toBe(2);
  });

  it('takes up what could pass, and leaves what could not', async () => {
    const flaky = await upload(photo);
    await ports.blobs.remove(flaky.tenant, [flaky.object.key]);
    await expect(flaky.validate()).rejects.toMatchObject({ code: 'dependency_unavailable', retryable: true });
    expect(await flaky.record()).toMatchObject({ status: 'uploaded' });
    const failure = {
      stage: 'validation',
      code: 'dependency_unavailable',
      detail: '',
      retryable: true,
      attempts: 5,
    } as const;
    await ports.imageStore.fail(flaky.tenant, flaky.image, failure, NOW, {});
    await ports.blobs.put(flaky.tenant, flaky.object.key, photo, 'image/jpeg');
    await flaky.validate();
    expect(await flaky.record()).toMatchObject({ status: 'validated' });

    const broken = await upload(photo.subarray(0, 5000));
    await broken.validate();
    const before = await broken.record();
    const told = ports.publisher.events.at(-1);
    await broken.validate();
    expect(await broken.record()).toEqual(before);
    expect(ports.publisher.events.at(-1)).toEqual(told);
  });

  it('leaves the failure of a later step alone', async () => {
    const { tenant, image, validate, record } = await upload(photo);
    await validate();
    const failure = {
      stage: 'embedding',
      code: 'dependency_unavailable',
      detail: '',
      retryable: true,
      attempts: 5,
    } as const;
    await ports.imageStore.fail(tenant, image, failure, NOW, {});
    ports.publisher.events.length = 0;
    await validate();
    expect(await record()).toMatchObject({ status: 'failed', failure });
    expect(ports.publisher.events).toEqual([]);
  });

  it('passes on what is not a problem of the picture', async () => {
    const { validate, record } = await upload(photo);
    ports.blobs.put = async () => {
      throw new Problem('dependency_unavailable', 'no store');
    };
    await expect(validate()).rejects.toMatchObject({ code: 'dependency_unavailable' });
    expect(await record()).toMatchObject({ status: 'uploaded' });
  });

  it('leaves nothing of a picture that was purged, before or meanwhile', async () => {
    const late = await upload(photo);
    await ports.imageStore.markPurged(late.tenant, late.image, NOW);
    await late.validate();
    expect(await ports.blobs.size(late.tenant, late.object.key)).toBeUndefined();

    const meanwhile = await upload(photo);
    ports.imaging = {
      ...imaging,
      perceptualHash: async (raster) => {
        await ports.imageStore.markPurged(meanwhile.tenant, meanwhile.image, NOW);
        return imaging.perceptualHash(raster);
      },
    };
    await meanwhile.validate();
    expect(await meanwhile.record()).toMatchObject({ status: 'purged' });
    for (const key of [meanwhile.object.key, objectKeys.modelImage(meanwhile.tenant, meanwhile.image)]) {
      expect(await ports.blobs.size(meanwhile.tenant, key)).toBeUndefined();
    }
    expect(typesOf(ports.publisher.events)).toEqual(['images.uploaded']);
  });
});
