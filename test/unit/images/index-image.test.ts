import { describe, expect, test } from 'vitest';
import { ImagesIndexedV1 } from '#shared/contracts/events/images-indexed.v1.ts';
import type { ImagesProcessedV1 } from '#shared/contracts/events/images-processed.v1.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import { encodeEmbedding } from '#shared/embedding/wire.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import { type IndexPorts, indexImages } from '#shared/images/index-image.ts';
import { type ImageId, newImageId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';
import { memoryVectorIndex } from '../../memory/vector-index.ts';
import { indexed } from '../duplicates/events.ts';
import { ACME, leaning, manifest, NOW, OTHER, seen } from '../search/library.ts';

const MODEL = manifest.name;
const LATER = '2026-03-01T12:00:05.000Z';
const PURGED = '2026-03-01T12:00:04.000Z';

function shelf() {
  const imageStore = memoryImageStore();
  const index = memoryVectorIndex();
  const publisher = memoryPublisher();
  const ports: IndexPorts = { imageStore, index, publisher, now: () => new Date(LATER) };
  return { imageStore, index, publisher, ports };
}

async function validated(
  { imageStore }: ReturnType<typeof shelf>,
  tenant: TenantId = ACME,
  status: ImageRecord['status'] = 'validated',
): Promise<ImagesProcessedV1> {
  const image = newImageId();
  await imageStore.create({
    tenant_id: tenant,
    image_id: image,
    status,
    file_path: 'a.jpg',
    storage_location: 'uploads',
    storage_type: 's3',
    file_size: 1000,
    content_type: 'image/jpeg',
    metadata: {},
    models: [],
    correlation_id: 'corr-1',
    created_at: NOW,
    updated_at: NOW,
  });
  return processed(image, tenant);
}

function processed(image: ImageId, tenant: TenantId = ACME): ImagesProcessedV1 {
  const { models, indexed_at, ...fields } = indexed(image, tenant).data;
  return newEvent('images.processed', {
    tenant,
    subject: image,
    correlationId: 'corr-1',
    time: NOW,
    data: { ...fields, embeddings: [encodeEmbedding(MODEL, seen(1, 1))], processed_at: NOW },
  });
}
/** The same picture as another model sees it, which the library lacks. */
const refillOf = (event: ImagesProcessedV1, model: string): ImagesProcessedV1 => ({
  ...event,
  id: `${event.subject}.${model}.images.processed`,
  data: {
    ...event.data,
    refill: true,
    embed_with: [model],
    embeddings: [encodeEmbedding(model, seen(1, 1))],
  },
});
const imageOf = (event: ImagesProcessedV1) => event.data.image_id as ImageId; // made by newImageId above
const found = async ({ index }: ReturnType<typeof shelf>, tenant = ACME) =>
  (await index.search(tenant, MODEL, { semantic: leaning(1), copy: leaning(1), k: 50 }))
    .map(({ imageId }) => imageId)
    .sort();

describe('indexImages', () => {
  test('a batch of two tenants is found, kept and told, each under its own', async () => {
    const it = shelf();
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
    const told = it.publisher.events.map((event) => ImagesIndexedV1.parse(event));
    expect(told.map(({ subject }) => subject).sort()).toEqual(events.map(imageOf).sort());
    expect(told[0]).toMatchObject({ correlationid: 'corr-1', data: { models: [MODEL], indexed_at: LATER } });
    expect(told[0]?.data).not.toHaveProperty('embeddings');
    expect(it.publisher.groups.sort()).toEqual([ACME, ACME, OTHER]);
  });

  test('told again, twice in a batch or late, nothing changes and the same event is repeated', async () => {
    const it = shelf();
    const event = await validated(it);
    const index = indexImages(it.ports);
    await index([event, event]);
    const record = await it.imageStore.get(ACME, imageOf(event));
    expect(await index([event])).toEqual([{ status: 'fulfilled', value: 'indexed' }]);
    expect(await it.imageStore.get(ACME, imageOf(event))).toEqual(record);
    expect(await it.index.count(ACME, MODEL)).toBe(1);
    expect(new Set(it.publisher.events.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  test('a crash between the state and the telling is healed by the redelivery', async () => {
    const it = shelf();
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

  test('is not indexed before the index has it; one that is refused does not hold up the others', async () => {
    const it = shelf();
    const [good, bad] = [await validated(it), await validated(it)];
    const upsert: typeof it.index.upsert = async (tenant, model, documents) => {
      for (const event of [good, bad]) {
        expect((await it.imageStore.get(ACME, imageOf(event)))?.status).toBe('processed');
      }
      const kept = documents.filter(({ imageId }) => imageId !== imageOf(bad));
      await it.index.upsert(tenant, model, kept);
      return [{ imageId: imageOf(bad), reason: 'too long' }];
    };
    const outcomes = await indexImages({ ...it.ports, index: { ...it.index, upsert } })([bad, good]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect((await it.imageStore.get(ACME, imageOf(bad)))?.status).toBe('processed');
    expect(it.publisher.events.map(({ subject }) => subject)).toEqual([imageOf(good)]);
  });

  test('an index that does not answer fails one tenant’s pictures, to be tried again', async () => {
    const it = shelf();
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

  test('a picture that was purged before is gone, without a trace', async () => {
    const it = shelf();
    const event = await validated(it);
    await it.imageStore.markPurged(ACME, imageOf(event), PURGED);
    const unknown = processed(newImageId());
    const outcomes = await indexImages(it.ports)([event, unknown]);
    expect(outcomes).toEqual([event, unknown].map(() => ({ status: 'fulfilled', value: 'gone' })));
    expect(it.publisher.events).toEqual([]);
    expect((await it.imageStore.getVectors(ACME, [imageOf(event)], MODEL)).size).toBe(0);
  });

  test('a picture that is purged while it is written is taken out of the index again', async () => {
    const it = shelf();
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

  test('what a delivery that broke off has left of a purged picture goes with the next one', async () => {
    const it = shelf();
    const event = await validated(it);
    const upsert: typeof it.index.upsert = async (tenant, model, documents) => {
      await it.index.upsert(tenant, model, documents);
      throw new Problem('dependency_unavailable', 'The index has taken it, and nobody heard.');
    };
    const broken = indexImages({ ...it.ports, index: { ...it.index, upsert } });
    expect((await broken([event]))[0]).toMatchObject({ status: 'rejected' });
    await it.imageStore.markPurged(ACME, imageOf(event), PURGED);
    expect(await indexImages(it.ports)([event])).toEqual([{ status: 'fulfilled', value: 'gone' }]);
    expect(await it.index.count(ACME, MODEL)).toBe(0);
    expect((await it.imageStore.getVectors(ACME, [imageOf(event)], MODEL)).size).toBe(0);
  });

  test('a picture that had failed before can still arrive', async () => {
    const it = shelf();
    const event = await validated(it, ACME, 'failed');
    expect(await indexImages(it.ports)([event])).toEqual([{ status: 'fulfilled', value: 'indexed' }]);
  });

  test('a refill adds another model’s vectors to a picture that is indexed, and tells nothing of it', async () => {
    const it = shelf();
    const event = await validated(it);
    const index = indexImages(it.ports);
    await index([event]);
    const version = await it.imageStore.libraryVersion(ACME);
    const [told, before] = [it.publisher.events.length, await it.imageStore.get(ACME, imageOf(event))];
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
    expect(it.publisher.events).toHaveLength(told);
    expect(await it.imageStore.libraryVersion(ACME)).not.toBe(version);
  });

  test('a refill and the event that it follows can lie in one batch', async () => {
    const it = shelf();
    const event = await validated(it);
    await indexImages(it.ports)([event]);
    const outcomes = await indexImages(it.ports)([event, refillOf(event, 'second')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect((await it.imageStore.get(ACME, imageOf(event)))?.models).toEqual([MODEL, 'second']);
  });

  test('a refill of a picture that was purged meanwhile leaves nothing', async () => {
    const it = shelf();
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

  test('an event that does not name a picture is rejected alone', async () => {
    const it = shelf();
    const good = await validated(it);
    const bad = { ...good, tenantid: 'Not A Tenant' };
    const outcomes = await indexImages(it.ports)([bad, good]);
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { code: 'invalid_request' } });
    expect(outcomes[1]).toMatchObject({ status: 'fulfilled' });
  });
});
