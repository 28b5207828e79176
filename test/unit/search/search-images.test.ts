import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { type ImageId, newImageId, type TenantId } from '#shared/kernel/ids.ts';
import type { SimilarityQuery } from '#shared/search/query.ts';
import { readQuery } from '#shared/search/read-query.ts';
import { searchImages } from '#shared/search/search-images.ts';
import { groupWith, newGroup } from '../../contract/samples.ts';
import { type EditName, edits } from '../../fixtures/edits.ts';
import { PHOTOGRAPHS, type PhotographName, photograph } from '../../fixtures/photographs.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memorySimilarityCache } from '../../memory/similarity-cache.ts';
import { ACME, embeddingAt, installedOnly, library, OTHER } from './library.ts';

const imaging = sharpImaging();
const embedder = await onnxEmbedder({ modelsDir: 'models', name: 'deeplens-lite-v1', provider: 'cpu' });
const blobs = memoryBlobs();
const shelf = await library();
const ports = {
  ...{ ...shelf, imaging, embedder, blobs },
  ...{ installed: installedOnly(embedder), cache: memorySimilarityCache() },
};
const search = searchImages(ports);
const ids = new Map<PhotographName, ImageId>();

const queryFor = (change: Partial<SimilarityQuery> & Pick<SimilarityQuery, 'source'>): SimilarityQuery => ({
  threshold: 0.7,
  maxResults: 20,
  includeMetadata: true,
  models: [embedder.manifest.name],
  thumbnailUrl: (image) => `/thumbnails/${image}`,
  ...change,
});

/** Stores an image as the pipeline does. */
async function store(bytes: Uint8Array, tenant: TenantId = ACME): Promise<ImageId> {
  const read = await imaging.read(bytes);
  const { query } = await readQuery(ports)(tenant, { bytes });
  const image = await shelf.add(
    query.embedding,
    {
      width: read.width,
      height: read.height,
      hash_sha256: query.sha256 ?? '',
      hash_perceptual: query.perceptualHash,
      hash_pixels: query.pixelHash,
      metadata: { album: 'summer' },
      external_id: 'shelf-1',
    },
    tenant,
  );
  const modelImage = await imaging.encodeModelImage(read.modelImage);
  await blobs.put(tenant, objectKeys.modelImage(tenant, image), modelImage, 'image/png');
  return image;
}

beforeAll(async () => {
  for (const name of PHOTOGRAPHS) ids.set(name, await store(photograph(name)));
  await store(photograph('nagasaki-boats'), OTHER);
});

const idOf = (name: PhotographName): ImageId => ids.get(name) ?? newImageId();

describe('searchImages', () => {
  test('the same file is exact, the only result with score 1, and the reply follows the contract', async () => {
    const found = await search(ACME, queryFor({ source: { bytes: photograph('nagasaki-boats') } }));
    expect(found.results[0]).toMatchObject({
      image_id: idOf('nagasaki-boats'),
      external_id: 'shelf-1',
      verdict: 'exact',
      similarity_score: 1,
      reason: { sha256_equal: true, perceptual_distance: 0 },
      metadata: { album: 'summer', format: 'jpeg', file_size: 1000 },
      thumbnail_url: `/thumbnails/${idOf('nagasaki-boats')}`,
    });
    expect(found.results.filter(({ verdict }) => verdict !== 'similar')).toHaveLength(1);
    expect(found.total_results).toBe(found.results.length);
    expect(searchSimilarity.reply.schema.parse(found)).toBeTruthy();
  });

  test('the same pixels in another file are exact', async () => {
    const png = await sharp(photograph('allium-oreophilum')).png().toBuffer();
    const found = await search(ACME, queryFor({ source: { bytes: png } }));
    expect(found.results[0]).toMatchObject({ verdict: 'exact', reason: { sha256_equal: false } });
  });

  test.each<EditName>(['jpeg20', 'crop50', 'turned90'])('finds an edited copy: %s', async (name) => {
    for (const original of ['dust-bowl-home', 'locomotion-house-cat'] as const) {
      const bytes = await edits[name](photograph(original));
      const [first] = (await search(ACME, queryFor({ source: { bytes } }))).results;
      expect([original, first?.image_id, first?.verdict]).toEqual([original, idOf(original), 'edited_copy']);
    }
  });

  test('searches for a region of the query', async () => {
    const two = await sharp(photograph('locomotion-house-cat'))
      .resize(600, 600, { fit: 'fill' })
      .extend({ right: 600 })
      .composite([
        {
          input: await sharp(photograph('nagasaki-boats')).resize(600, 600, { fit: 'fill' }).toBuffer(),
          left: 600,
          top: 0,
        },
      ])
      .png()
      .toBuffer();
    const region = { x: 0.5, y: 0, width: 0.5, height: 1 };
    const [first] = (await search(ACME, queryFor({ source: { bytes: two }, region }))).results;
    expect(first).toMatchObject({ image_id: idOf('nagasaki-boats'), verdict: 'edited_copy' });
  });

  test('a stored image, or a region of it, finds others and not itself', async () => {
    const copy = await store(await edits.crop70(photograph('dust-bowl-home')));
    const source = { imageId: idOf('dust-bowl-home') };
    const byImage = await search(ACME, queryFor({ source }));
    expect(byImage.results[0]).toMatchObject({ image_id: copy, verdict: 'edited_copy' });
    expect(byImage.results.map(({ image_id }) => image_id)).not.toContain(source.imageId);
    const region = { x: 0.1, y: 0.1, width: 0.8, height: 0.8 };
    const byRegion = await search(ACME, queryFor({ source, region }));
    expect(byRegion.results[0]).toMatchObject({ image_id: copy, verdict: 'edited_copy' });
  });

  test('results reach the threshold, are ordered by verdict and score, and are at most `maxResults`', async () => {
    const source = { bytes: photograph('acanthus-mollis') };
    const every = await search(ACME, queryFor({ source, threshold: 0, maxResults: 100 }));
    expect(every.results.length).toBeGreaterThanOrEqual(PHOTOGRAPHS.length);
    const rank = ['exact', 'edited_copy', 'similar'];
    const order = every.results.map((each) => 2 - rank.indexOf(each.verdict) + each.similarity_score / 2);
    expect(order).toEqual(order.toSorted((a, b) => b - a));
    const some = await search(ACME, queryFor({ source, threshold: 0.3, maxResults: 2 }));
    expect(some.results).toHaveLength(2);
    for (const { similarity_score } of some.results) expect(similarity_score).toBeGreaterThanOrEqual(0.3);
    expect((await search(ACME, queryFor({ source, threshold: 1 }))).results).toHaveLength(1);
  });

  test('of a duplicate group the best is listed alone, if that is asked for', async () => {
    const bytes = photograph('french-alpine-landscape');
    const [first, second] = [idOf('french-alpine-landscape'), await store(bytes)];
    const group = groupWith(ACME, newGroup(), [first, second, newImageId()]);
    await shelf.groups.save(group);
    const source = { bytes };
    const all = (await search(ACME, queryFor({ source, threshold: 0.9 }))).results;
    expect(all.map(({ image_id }) => image_id).sort()).toEqual([first, second].sort());
    const found = await search(ACME, queryFor({ source, threshold: 0.9, deduplicate: true }));
    expect(found.results).toMatchObject([
      { image_id: all[0]?.image_id, group_id: group.group_id, group_size: 3 },
    ]);
    expect(found.total_results).toBe(1);
    expect(searchSimilarity.reply.schema.parse(found)).toBeTruthy();
  });

  test('metadata is included only on request', async () => {
    const source = { bytes: photograph('acanthus-mollis') };
    const [first] = (await search(ACME, queryFor({ source, includeMetadata: false }))).results;
    expect(first).toBeDefined();
    expect(first).not.toHaveProperty('metadata');
  });

  test('a tenant finds only its own images, and cannot search with the ids of others', async () => {
    const bytes = photograph('allium-oreophilum');
    expect((await search(OTHER, queryFor({ source: { bytes }, threshold: 0 }))).results).toHaveLength(1);
    await expect(
      search(OTHER, queryFor({ source: { imageId: idOf('allium-oreophilum') } })),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  test('one model embeds the query, its partition is searched, and its vectors are compared', async () => {
    const loaded: string[] = [];
    const second = { ...embedder, manifest: { ...embedder.manifest, name: 'second' } };
    const installed = {
      embedder: async (name: string) => {
        loaded.push(name);
        return name === 'second' ? second : embedder;
      },
    };
    const searched: string[] = [];
    const index: typeof shelf.index = {
      ...shelf.index,
      search: (tenant, model, query) => {
        searched.push(model);
        return shelf.index.search(tenant, model, query);
      },
    };
    await shelf.index.prepare('second', 256);
    const by = searchImages({ ...ports, index, installed, cache: memorySimilarityCache() });
    const source = { bytes: photograph('nagasaki-boats') };
    const models = ['second', embedder.manifest.name] as const;
    expect(await by(ACME, queryFor({ source, models: [...models] }))).toMatchObject({
      model: 'second',
      results: [],
    });
    const named = await by(ACME, queryFor({ source, models: [...models], model: embedder.manifest.name }));
    expect(named).toMatchObject({ model: embedder.manifest.name, results: [{ verdict: 'exact' }] });
    expect(loaded).toEqual(['second', embedder.manifest.name]);
    expect(new Set(searched)).toEqual(new Set(models));
    const unknown = by(ACME, queryFor({ source, model: 'second' }));
    await expect(unknown).rejects.toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/model' }] });
  });

  test('an image that cannot be searched with is refused with the reason', async () => {
    const early = await shelf.add(embeddingAt(1, 1), { status: 'validated' }, OTHER);
    const purged = await shelf.add(embeddingAt(1, 1), {}, OTHER);
    await shelf.imageStore.markPurged(OTHER, purged, '2026-03-02T00:00:00.000Z');
    const code = (imageId: ImageId) =>
      search(OTHER, queryFor({ source: { imageId } })).catch((problem: { code: string }) => problem.code);
    expect(await code(early)).toBe('image_not_ready');
    expect(await code(purged)).toBe('purged');
    expect(await code(newImageId())).toBe('not_found');
    await expect(
      search(ACME, queryFor({ source: { bytes: photograph('acanthus-mollis') }, model: 'no-such' })),
    ).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
