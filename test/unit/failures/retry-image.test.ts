import { describe, expect, it } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { retryImage } from '#shared/failures/retry-image.ts';
import { failImage, failureOf } from '#shared/images/reject-image.ts';
import { newImageId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { memoryPublisher } from '../../memory/publisher.ts';
import { ACME, NOW, newWorld } from './world.ts';

describe('retrying an image', () => {
  it.each([
    ['embedding', 'validated'],
    ['indexing', 'processed'],
    ['duplicates', 'indexed'],
  ] as const)('that failed at %s sends its message there again, and makes it %s', async (stage, status) => {
    const { ports, sent, imageStore, addFailed } = newWorld();
    const { image_id } = await addFailed({ stage });
    expect(await retryImage(ports)(ACME, image_id)).toEqual({ image_id, status });
    expect(sent).toEqual([{ stage, tenant: ACME, body: { image: image_id } }]);
    expect(await imageStore.get(ACME, image_id)).toMatchObject({ status, retries: 1, failure: { stage } });
  });

  it('that failed at validation needs its file', async () => {
    const { ports, sent, blobs, addFailed } = newWorld();
    const { image_id } = await addFailed({ stage: 'validation' });
    await expect(retryImage(ports)(ACME, image_id)).rejects.toMatchObject({ code: 'conflict' });
    expect(sent).toEqual([]);
    await blobs.put(ACME, objectKeys.incoming(ACME, image_id), Buffer.from('file'), 'image/png');
    expect(await retryImage(ports)(ACME, image_id)).toEqual({ image_id, status: 'uploaded' });
    expect(sent).toHaveLength(1);
  });

  it('twice sends it twice, since the first message may be lost, and counts one retry', async () => {
    const { ports, sent, imageStore, addFailed } = newWorld();
    const { image_id } = await addFailed();
    await retryImage(ports)(ACME, image_id);
    await retryImage(ports)(ACME, image_id);
    expect(sent).toHaveLength(2);
    expect(await imageStore.get(ACME, image_id)).toMatchObject({ status: 'validated', retries: 1 });
  });

  it('is refused for a file whose own fault it is, and says what to do', async () => {
    const { ports, sent, addFailed } = newWorld();
    const { image_id } = await addFailed({ stage: 'validation', code: 'truncated', retryable: false });
    await expect(retryImage(ports)(ACME, image_id)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Upload a file that is mended'),
    });
    expect(sent).toEqual([]);
  });

  it('is refused for an image that has not failed, is gone, or belongs to another tenant', async () => {
    const { ports, imageStore, addFailed } = newWorld();
    const fine = announcedImage({ status: 'indexed' });
    await imageStore.create(fine);
    await expect(retryImage(ports)(ACME, fine.image_id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(retryImage(ports)(ACME, newImageId())).rejects.toMatchObject({ code: 'not_found' });
    const { image_id } = await addFailed();
    await expect(retryImage(ports)(tenantId('other'), image_id)).rejects.toMatchObject({ code: 'not_found' });
    await imageStore.markPurged(ACME, image_id, NOW);
    await expect(retryImage(ports)(ACME, image_id)).rejects.toMatchObject({ code: 'purged' });
  });

  it('that mended it leaves no failure; a further failure is told under an id of its own', async () => {
    const { ports, imageStore, blobs, addFailed } = newWorld();
    const { image_id } = await addFailed();
    await retryImage(ports)(ACME, image_id);
    const publisher = memoryPublisher();
    const failure = failureOf('embedding', new Problem('dependency_unavailable', 'It is down again.'), 32);
    await failImage({ imageStore, blobs, publisher })(ACME, image_id, failure, { again: true }, 'c');
    expect(publisher.events.map(({ id }) => id)).toEqual([`${image_id}.embedding.1.images.failed`]);
    await retryImage(ports)(ACME, image_id);
    expect(await imageStore.get(ACME, image_id)).toMatchObject({ retries: 2 });
    await imageStore.advance(ACME, image_id, 'processed', NOW);
    expect(await imageStore.get(ACME, image_id)).not.toHaveProperty('failure');
    await expect(retryImage(ports)(ACME, image_id)).rejects.toMatchObject({ code: 'conflict' });
  });
});
