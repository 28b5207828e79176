import { describe, expect, test } from 'vitest';
import { ImagesIndexedV1 } from '#shared/contracts/events/images-indexed.v1.ts';
import { indexImages } from '#shared/images/index-image.ts';
import { newImageId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { ACME, NOW, OTHER } from '../search/library.ts';
import { found, imageOf, LATER, MODEL, PURGED, processed, setUp, validated } from './processed-events.ts';

describe('indexImages', () => {
  test('indexes, stores and publishes a batch of two tenants separately', async () => {
    const it = setUp();
    const events = [await validated(it), await validated(it, OTHER), await validated(it)];
    const outcomes = await indexImages(it.ports)(events);
    expect(outcomes).toEqual(events.map(() => ({ status: 'fulfilled', value: 'indexed' })));
    const [one, other, two] = events.map(imageOf);
    expect(await found(it)).toEqual([one, two].sort());
    expect(await found(it, OTHER)).toEqual([other]);
    for (const event of events) {
      const record = await it.imageStore.get(event.tenantid as TenantId, imageOf(event));
      expect(record).toMatchObject({
        status: 'indexed',
        models: [MODEL],
        processed_at: NOW,
        indexed_at: LATER,
      });
    }
    const published = it.publisher.events.map((event) => ImagesIndexedV1.parse(event));
    expect(published.map(({ subject }) => subject).sort()).toEqual(events.map(imageOf).sort());
    expect(published[0]).toMatchObject({
      correlationid: 'corr-1',
      data: { models: [MODEL], indexed_at: LATER },
    });
    expect(published[0]?.data).not.toHaveProperty('embeddings');
    expect(it.publisher.groups.sort()).toEqual([ACME, ACME, OTHER]);
  });

  test('is idempotent: a repeated event changes nothing and publishes the same event', async () => {
    const it = setUp();
    const event = await validated(it);
    const index = indexImages(it.ports);
    await index([event, event]);
    const record = await it.imageStore.get(ACME, imageOf(event));
    expect(await index([event])).toEqual([{ status: 'fulfilled', value: 'indexed' }]);
    expect(await it.imageStore.get(ACME, imageOf(event))).toEqual(record);
    expect(await it.index.count(ACME, MODEL)).toBe(1);
    expect(new Set(it.publisher.events.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  test('publishes on redelivery if publishing failed after the status was written', async () => {
    const it = setUp();
    const event = await validated(it);
    let broken = true;
    const publish: typeof it.publisher.publish = async (tenant, events) => {
      if (broken) throw new Problem('dependency_unavailable', 'The topic does not answer.');
      await it.publisher.publish(tenant, events);
    };
    const index = indexImages({ ...it.ports, publisher: { publish } });
    expect((await index([event]))[0]).toMatchObject({ status: 'rejected' });
    expect((await it.imageStore.get(ACME, imageOf(event)))?.status).toBe('indexed');
    broken = false;
    expect((await index([event]))[0]).toMatchObject({ status: 'fulfilled' });
    expect(it.publisher.events).toHaveLength(1);
  });

  test('marks an image as indexed only after the index has accepted it; a refused one fails alone', async () => {
    const it = setUp();
    const [good, bad] = [await validated(it), await validated(it)];
    const upsert: typeof it.index.upsert = async (tenant, model, documents) => {
      for (const event of [good, bad]) {
        expect((await it.imageStore.get(ACME, imageOf(event)))?.status).toBe('processed');
      }
      const accepted = documents.filter(({ imageId }) => imageId !== imageOf(bad));
      await it.index.upsert(tenant, model, accepted);
      return [{ imageId: imageOf(bad), reason: 'too long' }];
    };
    const outcomes = await indexImages({ ...it.ports, index: { ...it.index, upsert } })([bad, good]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect((await it.imageStore.get(ACME, imageOf(bad)))?.status).toBe('processed');
    expect(it.publisher.events.map(({ subject }) => subject)).toEqual([imageOf(good)]);
  });

  test('fails only the tenant whose index is unavailable, retryably', async () => {
    const it = setUp();
    const [mine, theirs] = [await validated(it), await validated(it, OTHER)];
    const upsert: typeof it.index.upsert = async (tenant, model, documents) => {
      if (tenant === OTHER) throw new Problem('dependency_unavailable', 'The index does not answer.');
      return it.index.upsert(tenant, model, documents);
    };
    const index = indexImages({ ...it.ports, index: { ...it.index, upsert } });
    const outcomes = await index([theirs, mine]);
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { code: 'dependency_unavailable' } });
    expect(outcomes[1]).toMatchObject({ status: 'fulfilled' });
  });

  test('stores and publishes nothing of a purged image', async () => {
    const it = setUp();
    const event = await validated(it);
    await it.imageStore.markPurged(ACME, imageOf(event), PURGED);
    const unknown = processed(newImageId());
    const outcomes = await indexImages(it.ports)([event, unknown]);
    expect(outcomes).toEqual([event, unknown].map(() => ({ status: 'fulfilled', value: 'gone' })));
    expect(it.publisher.events).toEqual([]);
    expect((await it.imageStore.getVectors(ACME, [imageOf(event)], MODEL)).size).toBe(0);
  });

  test('removes an image from the index if it is purged during the write', async () => {
    const it = setUp();
    const event = await validated(it);
    const upsert: typeof it.index.upsert = async (tenant, model, documents) => {
      await it.imageStore.markPurged(ACME, imageOf(event), PURGED);
      return it.index.upsert(tenant, model, documents);
    };
    const index = indexImages({ ...it.ports, index: { ...it.index, upsert } });
    expect(await index([event])).toEqual([{ status: 'fulfilled', value: 'gone' }]);
    expect(await found(it)).toEqual([]);
    expect((await it.imageStore.getVectors(ACME, [imageOf(event)], MODEL)).size).toBe(0);
    expect(it.publisher.events).toEqual([]);
  });

  test('removes what an interrupted delivery left of a purged image on redelivery', async () => {
    const it = setUp();
    const event = await validated(it);
    const upsert: typeof it.index.upsert = async (tenant, model, documents) => {
      await it.index.upsert(tenant, model, documents);
      throw new Problem('dependency_unavailable', 'The index has accepted it, but the reply was lost.');
    };
    const broken = indexImages({ ...it.ports, index: { ...it.index, upsert } });
    expect((await broken([event]))[0]).toMatchObject({ status: 'rejected' });
    await it.imageStore.markPurged(ACME, imageOf(event), PURGED);
    expect(await indexImages(it.ports)([event])).toEqual([{ status: 'fulfilled', value: 'gone' }]);
    expect(await it.index.count(ACME, MODEL)).toBe(0);
    expect((await it.imageStore.getVectors(ACME, [imageOf(event)], MODEL)).size).toBe(0);
  });

  test('indexes an image that had failed before', async () => {
    const it = setUp();
    const event = await validated(it, ACME, 'failed');
    expect(await indexImages(it.ports)([event])).toEqual([{ status: 'fulfilled', value: 'indexed' }]);
  });

  test('rejects only the event without a valid tenant', async () => {
    const it = setUp();
    const good = await validated(it);
    const bad = { ...good, tenantid: 'Not A Tenant' };
    const outcomes = await indexImages(it.ports)([bad, good]);
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { code: 'invalid_request' } });
    expect(outcomes[1]).toMatchObject({ status: 'fulfilled' });
  });
});
