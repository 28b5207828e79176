import { describe, expect, test } from 'vitest';
import type { ImagesProcessedV1 } from '#shared/contracts/events/images-processed.v1.ts';
import { encodeEmbedding } from '#shared/embedding/wire.ts';
import { indexImages } from '#shared/images/index-image.ts';
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
});
