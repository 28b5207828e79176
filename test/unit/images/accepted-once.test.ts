import { createHash } from 'node:crypto';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { photo as large, NOW, uploadTo, validationPorts } from './uploads-to-validate.ts';

const small = (bytes: Uint8Array) => sharp(bytes).resize(200).jpeg().toBuffer();
const [photo, other] = [await small(large), await small(photograph('allium-oreophilum'))];
const sha256 = (bytes: Uint8Array = new Uint8Array()) => createHash('sha256').update(bytes).digest('hex');

let ports: ReturnType<typeof validationPorts>;
beforeEach(() => {
  ports = validationPorts();
});
const upload = (bytes: Uint8Array) => uploadTo(ports, bytes);
type Upload = Awaited<ReturnType<typeof uploadTo>>;

const storedFile = ({ tenant, image }: Upload) => ports.blobs.get(tenant, objectKeys.upload(tenant, image));
const postAgain = ({ tenant, object }: Upload, bytes: Uint8Array) =>
  ports.blobs.put(tenant, object.key, bytes, 'image/jpeg');
const storedObjects = async ({ tenant }: Upload) => {
  const folders = ['incoming', 'uploads', 'derived'] as const;
  return Promise.all(folders.map((folder) => ports.blobs.count(tenant, folder)));
};

describe('a file', () => {
  it('leaves the incoming folder once it is accepted', async () => {
    const uploaded = await upload(photo);
    expect(await storedObjects(uploaded)).toEqual([1, 0, 0]);
    await uploaded.validate();
    expect(await storedObjects(uploaded)).toEqual([0, 1, 3]);
    expect(sha256(await storedFile(uploaded))).toBe(sha256(photo));
  });

  it.each([
    ['truncated', photo.subarray(0, 2000)],
    ['of another type', new TextEncoder().encode('<html></html>')],
  ])('is removed when it is refused, with all that was derived: %s', async (_, bytes) => {
    const uploaded = await upload(bytes);
    await uploaded.validate();
    expect(await uploaded.record()).toMatchObject({ status: 'failed', failure: { retryable: false } });
    expect(await storedObjects(uploaded)).toEqual([0, 0, 0]);
  });

  it('is removed by a redelivery if the removal failed', async () => {
    const uploaded = await upload(photo.subarray(0, 2000));
    const { discard } = ports.blobs;
    ports.blobs.discard = async () => {
      throw new Error('no store');
    };
    await expect(uploaded.validate()).rejects.toThrow('no store');
    ports.blobs.discard = discard;
    await uploaded.validate();
    expect(await storedObjects(uploaded)).toEqual([0, 0, 0]);
  });

  it('is removed if its image was never announced', async () => {
    const uploaded = await upload(photo);
    ports.imageStore.get = async () => undefined;
    await uploaded.validate();
    expect(await storedObjects(uploaded)).toEqual([0, 0, 0]);
  });
});

describe('a form that is used again', () => {
  it.each(['validated', 'processed', 'indexed', 'failed'] as const)(
    'changes nothing of an image that is %s: the later file is discarded',
    async (status) => {
      const uploaded = await upload(photo);
      const { tenant, image } = uploaded;
      expect(await uploaded.validate()).toBe('handled');
      if (status === 'failed') {
        const failure = {
          stage: 'embedding',
          code: 'internal_error',
          detail: '',
          retryable: true,
          attempts: 5,
        };
        await ports.imageStore.fail(tenant, image, failure as never, NOW, {});
      } else if (status !== 'validated') await ports.imageStore.advance(tenant, image, status, NOW);
      const before = await uploaded.record();
      await postAgain(uploaded, other);
      expect(await uploaded.validate()).toBe('discarded');
      expect(await uploaded.record()).toEqual(before);
      expect(sha256(await storedFile(uploaded))).toBe(before.hash_sha256);
      expect(await storedObjects(uploaded)).toEqual([0, 1, 3]);
    },
  );

  it('does not revive an image whose file was refused', async () => {
    const uploaded = await upload(photo.subarray(0, 2000));
    await uploaded.validate();
    await postAgain(uploaded, photo);
    await uploaded.validate();
    expect(await uploaded.record()).toMatchObject({ status: 'failed' });
    expect(await storedObjects(uploaded)).toEqual([0, 0, 0]);
  });

  it('does not revive it either if its validation began before the refusal, which is still removing files', async () => {
    const uploaded = await upload(photo.subarray(0, 2000));
    const before = await uploaded.record();
    const { get } = ports.imageStore;
    const { discard } = ports.blobs;
    ports.blobs.discard = async (...given) => {
      ports.blobs.discard = discard;
      await postAgain(uploaded, photo);
      ports.imageStore.get = async () => {
        ports.imageStore.get = get;
        return before;
      };
      await uploaded.validate();
      await discard(...given);
    };
    await uploaded.validate();
    expect(await uploaded.record()).toMatchObject({ status: 'failed', failure: { retryable: false } });
    expect(await storedObjects(uploaded)).toEqual([0, 0, 0]);
  });

  it('leaves record, file and derivatives in agreement, in any interleaving with validation', async () => {
    const pixels = { [sha256(photo)]: await pixelsOf(photo), [sha256(other)]: await pixelsOf(other) };
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat(8), async (scheduler, steps) => {
        ports = validationPorts();
        const { get, put, create } = ports.blobs;
        const slow = ports.blobs;
        slow.get = scheduler.scheduleFunction(get);
        slow.create = scheduler.scheduleFunction(create);
        slow.put = scheduler.scheduleFunction(put);
        const uploading = upload(photo);
        await scheduler.waitFor(uploading);
        const uploaded = await uploading;
        const first = uploaded.validate();
        const again = async () => {
          for (let step = 0; step < steps; step++) await scheduler.schedule(Promise.resolve());
          await postAgain(uploaded, other);
          return uploaded.validate();
        };
        await scheduler.waitFor(Promise.allSettled([first, again()]));
        const { hash_sha256 = '', hash_pixels } = await uploaded.record();
        expect(sha256(await get(uploaded.tenant, objectKeys.upload(uploaded.tenant, uploaded.image)))).toBe(
          hash_sha256,
        );
        const model = await get(uploaded.tenant, objectKeys.modelImage(uploaded.tenant, uploaded.image));
        expect([hash_pixels, sha256(model)]).toEqual(pixels[hash_sha256]);
        expect(await slow.count(uploaded.tenant, 'incoming')).toBe(0);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

/** Returns the pixel hash and the hash of the model image that a file has when it is validated alone. */
async function pixelsOf(bytes: Uint8Array): Promise<unknown[]> {
  ports = validationPorts();
  const uploaded = await upload(bytes);
  await uploaded.validate();
  const { hash_pixels } = await uploaded.record();
  const { tenant, image } = uploaded;
  return [hash_pixels, sha256(await ports.blobs.get(tenant, objectKeys.modelImage(tenant, image)))];
}
