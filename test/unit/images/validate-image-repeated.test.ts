import { beforeEach, describe, expect, it } from 'vitest';
import { imageObjectKeys } from '#shared/images/image-object-keys.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { NOW, photo, typesOf, uploadTo, validationPorts } from './uploads-to-validate.ts';

let ports: ReturnType<typeof validationPorts>;
beforeEach(() => {
  ports = validationPorts();
});
const upload = (bytes: Uint8Array) => uploadTo(ports, bytes);

describe('validateImage, repeated', () => {
  it.each(['processed', 'indexed'] as const)('changes nothing once the image is %s', async (status) => {
    const { tenant, image, validate, record } = await upload(photo);
    await validate();
    await ports.imageStore.advance(tenant, image, status, NOW);
    const before = await record();
    ports.publisher.events.length = 0;
    await Promise.all([validate(), validate()]);
    expect(await record()).toEqual(before);
    expect(ports.publisher.events).toEqual([]);
  });

  it('publishes the same images.validated again, in case an earlier delivery failed to', async () => {
    const { validate, record } = await upload(photo);
    await validate();
    const [before, first] = [await record(), ports.publisher.events.pop()];
    await validate();
    expect(ports.publisher.events.pop()).toEqual(first);
    expect(await record()).toEqual(before);
  });

  it('yields one record from two concurrent deliveries', async () => {
    const { validate, record } = await upload(photo);
    await Promise.all([validate(), validate()]);
    expect(await record()).toMatchObject({ status: 'validated' });
    expect(new Set(ports.publisher.events.map(({ id }) => id)).size).toBe(2);
  });

  it('retries a retryable failure and leaves a final one', async () => {
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
    const published = ports.publisher.events.at(-1);
    await broken.validate();
    expect(await broken.record()).toEqual(before);
    expect(ports.publisher.events.at(-1)).toEqual(published);
  });

  it('leaves the failure of a later step', async () => {
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

  it('rethrows an unavailable dependency', async () => {
    const { validate, record } = await upload(photo);
    ports.blobs.put = async () => {
      throw new Problem('dependency_unavailable', 'no store');
    };
    await expect(validate()).rejects.toMatchObject({ code: 'dependency_unavailable' });
    expect(await record()).toMatchObject({ status: 'uploaded' });
  });

  it('removes all objects of an image that was purged before or meanwhile', async () => {
    const late = await upload(photo);
    await ports.imageStore.markPurged(late.tenant, late.image, NOW);
    await late.validate();
    expect(await ports.blobs.size(late.tenant, late.object.key)).toBeUndefined();

    const meanwhile = await upload(photo);
    const { imaging } = ports;
    ports.imaging = {
      ...imaging,
      perceptualHash: async (raster) => {
        await ports.imageStore.markPurged(meanwhile.tenant, meanwhile.image, NOW);
        return imaging.perceptualHash(raster);
      },
    };
    await meanwhile.validate();
    expect(await meanwhile.record()).toMatchObject({ status: 'purged' });
    const { objects } = imageObjectKeys(meanwhile.tenant, meanwhile.image);
    for (const key of objects) {
      expect(await ports.blobs.size(meanwhile.tenant, key)).toBeUndefined();
    }
    expect(typesOf(ports.publisher.events)).toEqual(['images.uploaded']);
  });
});
