import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { EVENTS } from '#shared/contracts/events/registry.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import { validateImage } from '#shared/images/validate-image.ts';
import { newImageId } from '#shared/kernel/ids.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { animatedGif, hostileImages } from '../../fixtures/hostile.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { ACME } from '../../fixtures/tenant.ts';
import { NOW, photo, typesOf, uploadTo, validationPorts } from './uploads-to-validate.ts';

let ports: ReturnType<typeof validationPorts>;
beforeEach(() => {
  ports = validationPorts();
});
const upload = (bytes: Uint8Array, known?: Partial<ImageRecord>) => uploadTo(ports, bytes, known);

describe('validateImage', () => {
  it('records the facts and writes the derivatives', async () => {
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

  it('refuses a file that differs from its announced checksum, and keeps none of it', async () => {
    const { tenant, image, validate, record } = await upload(photo, { announced_sha256: '0'.repeat(64) });
    await validate();
    const failure = { stage: 'validation', code: 'checksum_mismatch', retryable: false };
    expect(await record()).toMatchObject({ status: 'failed', failure });
    expect((await record()).failure?.detail).toContain(createHash('sha256').update(photo).digest('hex'));
    expect(await ports.blobs.size(tenant, objectKeys.upload(tenant, image))).toBeUndefined();
    const announced_sha256 = createHash('sha256').update(photo).digest('hex');
    const same = await upload(photo, { image_id: newImageId(), announced_sha256 });
    await same.validate();
    expect((await same.record()).status).toBe('validated');
  });

  it('publishes images.uploaded, then images.validated, with all fields', async () => {
    const announced_sha256 = createHash('sha256').update(photo).digest('hex');
    const { image, validate } = await upload(photo, { announced_sha256 });
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
        metadata: { album: ['summer'] },
        announced_sha256,
      },
    });
    expect(EVENTS['images.validated'].strict().parse(validated)).toMatchObject({
      time: NOW,
      data: { format: 'jpeg', width: 1024, metadata: { album: ['summer'] }, validated_at: NOW },
    });
  });

  it('requests the tenant’s models, else the first, and those that are being filled', async () => {
    const requestedModels = async (owner: Partial<Tenant>) => {
      ports = { ...validationPorts(), tenants: { get: async () => ({ ...ACME, ...owner }) } };
      await (await upload(photo)).validate();
      return EVENTS['images.validated'].parse(ports.publisher.events[1]).data.embed_with;
    };
    expect(await requestedModels({})).toEqual(['first']);
    expect(await requestedModels({ settings: { models: [] } })).toEqual(['first']);
    expect(await requestedModels({ settings: { models: ['second', 'gone', 'first'] } })).toEqual([
      'second',
      'first',
    ]);
    const filling_models = { third: NOW };
    expect(await requestedModels({ settings: { models: ['second'] }, filling_models })).toEqual([
      'second',
      'third',
    ]);
  });

  it('ends every hostile image with its documented code', async () => {
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

  it('publishes images.failed with the original event', async () => {
    const { object, validate } = await upload(photo, { content_type: 'text/html' });
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

  it('records what is odd about the file, and how many frames it has', async () => {
    const named = await upload(photo, { content_type: 'image/png' });
    await named.validate();
    expect(await named.record()).toMatchObject({
      status: 'validated',
      format: 'jpeg',
      warnings: [{ code: 'type_differs', detail: expect.stringContaining('image/png') }],
    });
    const animation = await upload(await animatedGif(), { content_type: 'image/gif' });
    await animation.validate();
    expect(await animation.record()).toMatchObject({ status: 'validated', frames: 3, warnings: [] });
  });

  it('fails an image whose event is too large for the bus, also if it was validated before', async () => {
    const metadata = { note: Array.from({ length: 640 }, () => 'x'.repeat(500)) };
    const { validate, record } = await upload(photo, { metadata });
    await validate();
    const failure = { stage: 'validation', code: 'event_too_large', retryable: false };
    expect(await record()).toMatchObject({ status: 'failed', failure });
    expect(typesOf(ports.publisher.events)).toEqual(['images.failed']); // images.uploaded has the metadata too

    const stuck = await upload(photo);
    await stuck.validate();
    const { publish } = ports.publisher;
    ports.publisher.publish = async (tenant, events) => {
      if (events.some(({ type }) => type === 'images.validated'))
        throw new Problem('event_too_large', 'too large');
      return publish(tenant, events);
    };
    await stuck.validate();
    expect(await stuck.record()).toMatchObject({ status: 'failed', failure });
  });

  it('rejects a file that is too large without downloading it', async () => {
    const { tenant, image, object, record } = await upload(photo);
    ports.blobs.get = async () => {
      throw new Error('downloaded');
    };
    await validateImage(ports)(tenant, image, { ...object, size: IMAGE_LIMITS.fileBytes + 1 });
    expect(await record()).toMatchObject({ status: 'failed', failure: { code: 'payload_too_large' } });
  });

  it('publishes images.failed for an upload that was never announced', async () => {
    const { tenant_id: tenant } = announcedImage();
    const image = newImageId();
    await validateImage(ports)(tenant, image, { key: objectKeys.incoming(tenant, image), size: 1 });
    expect(EVENTS['images.failed'].parse(ports.publisher.events[0])).toMatchObject({
      data: { image_id: image, failure: { code: 'not_found', retryable: false } },
    });
  });
});
