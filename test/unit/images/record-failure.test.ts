import { beforeEach, describe, expect, it } from 'vitest';
import { EVENTS } from '#shared/contracts/events/registry.ts';
import { recordFailure } from '#shared/images/record-failure.ts';
import type { ImageStatus } from '#shared/kernel/vocabulary.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';

const NOW = '2025-01-02T03:05:00.000Z';
let ports: ReturnType<typeof newPorts>;
beforeEach(() => {
  ports = newPorts();
});
const newPorts = () => ({
  imageStore: memoryImageStore(),
  blobs: memoryBlobs(),
  publisher: memoryPublisher(),
  now: () => new Date(NOW),
});

async function imageWith(status: ImageStatus) {
  const record = announcedImage({ status });
  await ports.imageStore.create(record);
  const [tenant, image] = [record.tenant_id, record.image_id];
  return {
    tenant,
    image,
    event: { tenantid: tenant, subject: image, correlationid: 'c', type: 'images.validated' },
  };
}

describe('recordFailure', () => {
  it('fails the image of an event, retryably', async () => {
    const { tenant, image, event } = await imageWith('validated');
    const outcome = await recordFailure(ports)({
      body: JSON.stringify(event),
      stage: 'embedding',
      attempts: 6,
    });
    const failure = { stage: 'embedding', code: 'dependency_unavailable', retryable: true, attempts: 6 };
    expect(outcome).toBe('recorded');
    expect(await ports.imageStore.get(tenant, image)).toMatchObject({ status: 'failed', failure });
    expect(EVENTS['images.failed'].parse(ports.publisher.events[0])).toMatchObject({
      correlationid: 'correlation-1',
      data: { image_id: image, file_name: 'boats.jpg', failure, original_event: event, failed_at: NOW },
    });
  });

  it('fails the image of an S3 notification', async () => {
    const { tenant, image } = await imageWith('pending_upload');
    const message = { Records: [{ s3: { object: { key: `uploads/${tenant}/${image}` } } }] };
    await recordFailure(ports)({ body: JSON.stringify(message), stage: 'validation', attempts: 5 });
    expect(await ports.imageStore.get(tenant, image)).toMatchObject({ status: 'failed' });
    expect(ports.publisher.events).toMatchObject([{ data: { original_event: message } }]);
  });

  it('publishes that duplicate detection failed and leaves the image indexed', async () => {
    const { tenant, image, event } = await imageWith('indexed');
    await recordFailure(ports)({ body: JSON.stringify(event), stage: 'duplicates', attempts: 5 });
    expect(await ports.imageStore.get(tenant, image)).toMatchObject({ status: 'indexed' });
    expect(ports.publisher.events).toMatchObject([
      { type: 'images.failed', data: { failure: { stage: 'duplicates' } } },
    ]);
  });

  it.each(['indexed', 'purged'] as const)(
    'publishes nothing about an image that is already %s',
    async (status) => {
      const { event } = await imageWith(status);
      await recordFailure(ports)({ body: JSON.stringify(event), stage: 'embedding', attempts: 5 });
      expect(ports.publisher.events).toEqual([]);
    },
  );

  it.each([
    'no JSON',
    'null',
    '{}',
    JSON.stringify({ tenantid: 'acme', subject: 'grp_1', correlationid: 'c' }),
    JSON.stringify({ Records: [] }),
    JSON.stringify({ Records: [{ s3: { object: { key: 'uploads/../img_1' } } }] }),
  ])('returns unreadable for a message without an image: %s', async (body) => {
    expect(await recordFailure(ports)({ body, stage: 'validation', attempts: 5 })).toBe('unreadable');
    expect(ports.publisher.events).toEqual([]);
  });
});
