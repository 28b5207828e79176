import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ImagesProcessedV1 } from '#shared/contracts/events/images-processed.v1.ts';
import type { ImagesValidatedV1 } from '#shared/contracts/events/images-validated.v1.ts';
import type { Embedder } from '#shared/embedding/embedder.ts';
import { loadManifest } from '#shared/embedding/load-manifest.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import { decodeEmbedding } from '#shared/embedding/wire.ts';
import { type EmbedPorts, embedImages } from '#shared/images/embed-image.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { imageId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryEmbedder } from '../../memory/embedder.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';
import { validatedEvent } from '../gpu-worker/events.ts';

const imaging = sharpImaging();
let manifest: ModelManifest;
let blobs: ReturnType<typeof memoryBlobs>;
let imageStore: ReturnType<typeof memoryImageStore>;
let publisher: ReturnType<typeof memoryPublisher>;

beforeAll(async () => {
  manifest = await loadManifest(join(import.meta.dirname, '../../../models'), 'deeplens-lite-v1');
});
beforeEach(() => {
  blobs = memoryBlobs();
  imageStore = memoryImageStore();
  publisher = memoryPublisher();
});

const idsOf = (event: ImagesValidatedV1) => ({
  tenant: tenantId(event.tenantid),
  image: imageId(event.data.image_id),
});

/** Stores a validated image's record and a striped model image. */
async function validated(stripes: number): Promise<ImagesValidatedV1> {
  const event = validatedEvent();
  const { tenant, image } = idsOf(event);
  const at = event.time;
  await imageStore.create({
    tenant_id: tenant,
    image_id: image,
    status: 'validated',
    file_path: 'boat.jpg',
    storage_location: 'uploads',
    storage_type: 's3',
    file_size: 1000,
    content_type: 'image/jpeg',
    metadata: {},
    models: [],
    correlation_id: event.correlationid,
    created_at: at,
    updated_at: at,
  });
  const data = Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => (Math.floor(i / 3) % stripes) * 25);
  const bytes = await imaging.encodeModelImage({ width: 64, height: 48, data });
  await blobs.put(tenant, event.data.model_picture.key, bytes, 'image/png');
  return event;
}

/** The event with the requested models; without any, the worker's first model is used. */
const ordered = (event: ImagesValidatedV1, embed_with: string[] = []): ImagesValidatedV1 => ({
  ...event,
  data: { ...event.data, ...(embed_with.length > 0 && { embed_with }) },
});

const flow = (changes: Partial<EmbedPorts> = {}) =>
  embedImages({ embedders: [memoryEmbedder(manifest)], imaging, blobs, imageStore, publisher, ...changes });
const statusOf = async (event: ImagesValidatedV1) => {
  const { tenant, image } = idsOf(event);
  return (await imageStore.get(tenant, image))?.status;
};
const published = () => publisher.events.map(({ subject, type }) => `${type} ${subject}`);

describe('embedding a micro-batch', () => {
  it('publishes each image with its own vectors, the fields of its event and the correlation id', async () => {
    const events = [await validated(3), await validated(7)];
    expect(await flow()(events)).toEqual([{ status: 'embedded' }, { status: 'embedded' }]);
    expect(published()).toEqual(events.map(({ subject }) => `images.processed ${subject}`));
    const [first, second] = publisher.events.map((event) => ImagesProcessedV1.parse(event));
    expect(first).toMatchObject({
      id: `${events[0]?.subject}.images.processed`,
      tenantid: 'acme',
      correlationid: events[0]?.correlationid,
      data: {
        ...events[0]?.data,
        embeddings: [{ model: 'deeplens-lite-v1', model_version: manifest.version, dimension: 256 }],
        processing_time_ms: expect.any(Number),
        gpu_used: false,
      },
    });
    const vectors = [first, second].map((event) => event?.data.embeddings[0]);
    expect(vectors[0] && decodeEmbedding(vectors[0]).local).toHaveLength(14 * 14 * 64);
    expect(vectors[0]?.copy).not.toBe(vectors[1]?.copy);
    expect(await Promise.all(events.map(statusOf))).toEqual(['processed', 'processed']);
  });

  it('takes the vectors that the same bytes have already', async () => {
    const [first, second] = [await validated(2), await validated(7)];
    const bytes = { hash_sha256: 'ab'.repeat(32) };
    const embedder = memoryEmbedder(manifest);
    let passes = 0;
    const counting: Embedder = {
      ...embedder,
      embed: (inputs) => {
        passes += inputs.length;
        return embedder.embed(inputs);
      },
    };
    const embed = embedImages({ embedders: [counting], imaging, blobs, imageStore, publisher });
    const withBytes = (event: ImagesValidatedV1) => ({ ...event, data: { ...event.data, ...bytes } });
    await embed([withBytes(first)]);
    const [processed] = publisher.events;
    const [wire] = processed?.type === 'images.processed' ? processed.data.embeddings : [];
    const { tenant, image } = idsOf(first);
    if (wire) await imageStore.putVectors(tenant, image, manifest.name, decodeEmbedding(wire));
    await imageStore.advance(tenant, image, 'indexed', first.time, bytes);
    expect(await embed([withBytes(second)])).toEqual([{ status: 'embedded' }]);
    expect(passes).toBe(1);
    const again = publisher.events.at(-1);
    expect(again?.type === 'images.processed' && again.data.embeddings[0]?.semantic).toBe(wire?.semantic);
  });

  it('runs each model once for the whole batch', async () => {
    const calls: string[] = [];
    const model = (name: string): Embedder => {
      const inner = memoryEmbedder({ ...manifest, name });
      return {
        ...inner,
        embed: (inputs) => {
          calls.push(`${name} ${inputs.length}`);
          return inner.embed(inputs);
        },
      };
    };
    const events = [await validated(3), await validated(4), await validated(5)];
    const [plain, both, second] = events.map((event, at) =>
      ordered(event, [[], ['two', 'one'], ['two']][at]),
    );
    await flow({ embedders: [model('one'), model('two'), model('idle')] })(
      [plain, both, second].filter((event) => event !== undefined),
    );
    expect(calls).toEqual(['one 2', 'two 2']);
    const published = publisher.events.map((event) => ImagesProcessedV1.parse(event).data.embeddings);
    expect(published.map((embeddings) => embeddings.map(({ model }) => model).sort())).toEqual([
      ['one'],
      ['one', 'two'],
      ['two'],
    ]);
  });

  it('fails retryably if the worker lacks a requested model', async () => {
    const event = ordered(await validated(3), ['deeplens-lite-v1', 'newer']);
    expect(await flow()([event])).toEqual([
      { status: 'failed', error: expect.objectContaining({ code: 'dependency_unavailable' }) },
    ]);
    expect(publisher.events).toEqual([]);
  });

  it('publishes a refill under an id of its own and leaves the record unchanged', async () => {
    const event = await validated(3);
    const { tenant, image } = idsOf(event);
    await imageStore.advance(tenant, image, 'indexed', event.time);
    const before = await imageStore.get(tenant, image);
    const refill = ordered(event, ['deeplens-lite-v1']);
    await flow()([{ ...refill, data: { ...refill.data, refill: true } }]);
    expect(publisher.events.map(({ id }) => id)).toEqual([`${image}.deeplens-lite-v1.images.processed`]);
    expect(ImagesProcessedV1.parse(publisher.events[0]).data.refill).toBe(true);
    expect(await imageStore.get(tenant, image)).toEqual(before);
  });

  it('fails only the images that cannot be read, are missing or break the model', async () => {
    const events = [await validated(3), await validated(4), await validated(5), await validated(6)];
    const [, broken, missing, poisonous] = events;
    if (!broken || !missing || !poisonous) throw new Error('four images');
    const { tenant } = idsOf(broken);
    await blobs.put(tenant, broken.data.model_picture.key, new Uint8Array([1, 2, 3]), 'image/png');
    await blobs.remove(tenant, [missing.data.model_picture.key]);
    const inner = memoryEmbedder(manifest);
    const poison = await imaging.decodeModelImage(
      (await blobs.get(tenant, poisonous.data.model_picture.key)) ?? new Uint8Array(),
    );
    const deadly = Buffer.from((await imaging.modelInput(poison, manifest.input)) as Uint8Array);
    const embedder: Embedder = {
      ...inner,
      embed: async (inputs) => {
        if (inputs.some((input) => deadly.equals(input as Uint8Array))) throw new Error('the model broke');
        return inner.embed(inputs);
      },
    };
    expect(await flow({ embedders: [embedder] })(events)).toEqual([
      { status: 'embedded' },
      { status: 'failed', error: expect.objectContaining({ code: 'unreadable_image' }) },
      { status: 'failed', error: expect.objectContaining({ code: 'not_found' }) },
      { status: 'failed', error: expect.objectContaining({ message: 'the model broke' }) },
    ]);
    expect(published()).toEqual([`images.processed ${events[0]?.subject}`]);
    expect(await Promise.all(events.map(statusOf))).toEqual([
      'processed',
      'validated',
      'validated',
      'validated',
    ]);
  });

  it('skips images that are purged before the download or during inference', async () => {
    const events = [await validated(3), await validated(4), validatedEvent()];
    const [early, late] = events;
    if (!early || !late) throw new Error('two images');
    const purge = async (event: ImagesValidatedV1) => {
      const { tenant, image } = idsOf(event);
      await imageStore.markPurged(tenant, image, event.time);
      await blobs.remove(tenant, [event.data.model_picture.key]);
    };
    await purge(early);
    const inner = memoryEmbedder(manifest);
    const embedder: Embedder = {
      ...inner,
      embed: async (inputs) => {
        await purge(late);
        return inner.embed(inputs);
      },
    };
    expect(await flow({ embedders: [embedder] })(events)).toEqual([
      { status: 'gone' },
      { status: 'gone' },
      { status: 'gone' },
    ]);
    expect(published()).toEqual([]);
  });

  it('is idempotent: publishes the same event again and never moves a record back', async () => {
    const event = await validated(3);
    const { tenant, image } = idsOf(event);
    await flow()([event]);
    await imageStore.advance(tenant, image, 'indexed', event.time);
    expect(await flow()([event])).toEqual([{ status: 'embedded' }]);
    expect(new Set(publisher.events.map(({ id }) => id)).size).toBe(1);
    expect(await statusOf(event)).toBe('indexed');
  });

  it('fails an image whose event could not be published, so that it is redelivered', async () => {
    const event = await validated(3);
    const down = { publish: () => Promise.reject(new Problem('dependency_unavailable', 'SNS is down')) };
    expect(await flow({ publisher: down })([event])).toEqual([
      { status: 'failed', error: expect.objectContaining({ code: 'dependency_unavailable' }) },
    ]);
    expect(await flow()([event])).toEqual([{ status: 'embedded' }]);
    expect(published()).toHaveLength(1);
  });

  it('accepts an empty batch', async () => {
    expect(await flow()([])).toEqual([]);
  });
});
