import { describe, expect, test } from 'vitest';
import type { ImagesProcessedV1 } from '#shared/contracts/events/images-processed.v1.ts';
import { encodeEmbedding } from '#shared/embedding/wire.ts';
import { indexImages } from '#shared/images/index-image.ts';
import { imageVisibility } from '#shared/scans/visibility.ts';
import { ACME, embeddingAt } from '../search/library.ts';
import { imageOf, LATER, MODEL, PURGED, setUp, validated } from './processed-events.ts';

/** The event of the same image's embedding by another model. */
const refillOf = (event: ImagesProcessedV1, model: string): ImagesProcessedV1 => ({
  ...event,
  id: `${event.subject}.${model}.images.processed`,
  data: {
    ...event.data,
    refill: true,
    embed_with: [model],
    embeddings: [encodeEmbedding(model, embeddingAt(1, 1))],
  },
});

describe('indexImages, for a refill', () => {
  test('adds another model’s vectors to an indexed image and publishes nothing', async () => {
    const it = setUp();
    const event = await validated(it);
    const index = indexImages(it.ports);
    await index([event]);
    const version = await it.imageStore.libraryVersion(ACME);
    const [published, before] = [it.publisher.events.length, await it.imageStore.get(ACME, imageOf(event))];
    const refill = refillOf(event, 'second');
    for (const _ of ['once', 'again']) {
      expect(await index([refill])).toEqual([{ status: 'fulfilled', value: 'indexed' }]);
      expect(await it.imageStore.get(ACME, imageOf(event))).toEqual({
        ...before,
        models: [MODEL, 'second'],
        updated_at: LATER,
      });
      expect(await it.index.count(ACME, 'second')).toBe(1);
    }
    expect((await it.imageStore.getVectors(ACME, [imageOf(event)], 'second')).size).toBe(1);
    expect(it.publisher.events).toHaveLength(published);
    expect(await it.imageStore.libraryVersion(ACME)).not.toBe(version);
  });

  test('accepts an event and its refill in one batch', async () => {
    const it = setUp();
    const event = await validated(it);
    await indexImages(it.ports)([event]);
    const outcomes = await indexImages(it.ports)([event, refillOf(event, 'second')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect((await it.imageStore.get(ACME, imageOf(event)))?.models).toEqual([MODEL, 'second']);
  });

  test('stores nothing of a refill whose image is purged meanwhile', async () => {
    const it = setUp();
    const event = await validated(it);
    await indexImages(it.ports)([event]);
    const upsert: typeof it.index.upsert = async (tenant, model, documents) => {
      await it.imageStore.markPurged(ACME, imageOf(event), PURGED);
      return it.index.upsert(tenant, model, documents);
    };
    const index = indexImages({ ...it.ports, index: { ...it.index, upsert } });
    expect(await index([refillOf(event, 'second')])).toEqual([{ status: 'fulfilled', value: 'gone' }]);
    expect(await it.index.count(ACME, 'second')).toBe(0);
    expect((await it.imageStore.getVectors(ACME, [imageOf(event)], 'second')).size).toBe(0);
  });

  test('leaves a hidden image hidden in the model’s index, and shows it there once it is shown', async () => {
    const { it, image, refill, visibility, record, searched } = await hiddenImage();
    expect(await indexImages(it.ports)([refill])).toEqual([{ status: 'fulfilled', value: 'indexed' }]);
    expect(await searched()).toEqual([[], []]);
    expect((await record()).models).toEqual([MODEL, 'second']);
    await visibility.show(ACME, await record());
    expect(await searched()).toEqual([[image], [image]]);
  });

  test.each(['upsert', 'putVectors', 'noteModel'])(
    'hides an image that is hidden at its %s',
    async (call) => {
      const { it, refill, visibility, record, searched } = await hiddenImage();
      await visibility.show(ACME, await record());
      const before = await record();
      await deliver(it, refill, call, () => visibility.hide(ACME, before));
      expect(await searched()).toEqual([[], []]);
    },
  );

  test.each(['remove', 'putVectors', 'noteModel'])('shows an image that is shown at its %s', async (call) => {
    const { it, image, refill, visibility, record, searched } = await hiddenImage();
    const before = await record();
    await deliver(it, refill, call, () => visibility.show(ACME, before));
    expect(await searched()).toEqual([[image], [image]]);
  });
});

/** An indexed image that is hidden, and the event that adds another model's vectors. */
async function hiddenImage() {
  const it = setUp();
  const event = await validated(it);
  const image = imageOf(event);
  const measures = { format: 'jpeg', width: 400, height: 300 } as const;
  const hashes = { hash_perceptual: '0', hash_pixels: '0', hash_sha256: '0' };
  await it.imageStore.advance(ACME, image, 'processed', LATER, { ...measures, ...hashes });
  await indexImages(it.ports)([event]);
  const record = async () => {
    const found = await it.imageStore.get(ACME, image);
    if (!found) throw new Error('the image is gone');
    return found;
  };
  const visibility = imageVisibility(it);
  await visibility.hide(ACME, await record());
  const searched = async () =>
    Promise.all(
      [MODEL, 'second'].map(async (model) =>
        (await it.index.search(ACME, model, { ...embeddingAt(1, 1), k: 5 })).map(({ imageId }) => imageId),
      ),
    );
  return { it, image, refill: refillOf(event, 'second'), visibility, record, searched };
}

/** Delivers an event until it is done; the first time, something happens before a call of the store or the index returns. */
async function deliver(
  it: Awaited<ReturnType<typeof hiddenImage>>['it'],
  event: ImagesProcessedV1,
  call: string,
  meanwhile: () => Promise<void>,
): Promise<void> {
  let happened = false;
  const watched = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (name !== call || typeof member !== 'function') return member;
        return async (...given: unknown[]) => {
          const result = await Reflect.apply(member, target, given);
          if (!happened) await meanwhile();
          happened = true;
          return result;
        };
      },
    });
  const ports = { ...it.ports, imageStore: watched(it.imageStore), index: watched(it.index) };
  const index = indexImages(ports);
  for (let times = 0; times < 5; times += 1) if ((await index([event]))[0]?.status === 'fulfilled') break;
  expect(happened).toBe(true);
}
