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

async function picture(status: ImageStatus) {
  const record = announcedImage({ status });
  await ports.imageStore.create(record);
  const [tenant, image] = [record.tenant_id, record.image_id];
  return {
    tenant,
    image,
    ours: { tenantid: tenant, subject: image, correlationid: 'c', type: 'images.validated' },
  };
}

describe('recording a message that was given up', () => {
  it('fails the picture of an event of ours, to be tried again', async () => {
    const { tenant, image, ours } = await picture('validated');
    const outcome = await recordFailure(ports)({
      body: JSON.stringify(ours),
      stage: 'embedding',
      attempts: 6,
    });
    const failure = { stage: 'embedding', code: 'dependency_unavailable', retryable: true, attempts: 6 };
    expect(outcome).toBe('recorded');
    expect(await ports.imageStore.get(tenant, image)).toMatchObject({ status: 'failed', failure });
    expect(EVENTS['images.failed'].parse(ports.publisher.events[0])).toMatchObject({
      correlationid: 'correlation-1',
      data: { image_id: image, file_name: 'boats.jpg', failure, original_event: ours, failed_at: NOW },
    });
  });

  it('fails the picture of an S3 notification', async () => {
    const { tenant, image } = await picture('pending_upload');
    const message = { Records: [{ s3: { object: { key: `uploads/${tenant}/${image}` } } }] };
    await recordFailure(ports)({ body: JSON.stringify(message), stage: 'validation', attempts: 5 });
    expect(await ports.imageStore.get(tenant, image)).toMatchObject({ status: 'failed' });
    expect(ports.publisher.events).toMatchObject([{ data: { original_event: message } }]);
  });

  it('tells of duplicates that could not be looked for, and leaves the picture indexed', async () => {
    const { tenant, image, ours } = await picture('indexed');
    await recordFailure(ports)({ body: JSON.stringify(ours), stage: 'duplicates', attempts: 5 });
    expect(await ports.imageStore.get(tenant, image)).toMatchObject({ status: 'indexed' });
    expect(ports.publisher.events).toMatchObject([
      { type: 'images.failed', data: { failure: { stage: 'duplicates' } } },
    ]);
  });

  it.each(['indexed', 'purged'] as const)('tells nothing of a picture that is %s by now', async (status) => {
    const { ours } = await picture(status);
    await recordFailure(ports)({ body: JSON.stringify(ours), stage: 'embedding', attempts: 5 });
    expect(ports.publisher.events).toEqual([]);
  });

  it.each([
    'no JSON',
    'null',
    '{}',
    JSON.stringify({ tenantid: 'acme', subject: 'grp_1', correlationid: 'c' }),
    JSON.stringify({ Records: [] }),
    JSON.stringify({ Records: [{ s3: { object: { key: 'uploads/../img_1' } } }] }),
  ])('returns what tells of no picture: %s', async (body) => {
    expect(await recordFailure(ports)({ body, stage: 'validation', attempts: 5 })).toBe('unreadable');
    expect(ports.publisher.events).toEqual([]);
  });
});
