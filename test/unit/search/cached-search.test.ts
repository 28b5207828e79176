import { beforeEach, describe, expect, test } from 'vitest';
import type { ImageId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { SimilarityQuery } from '#shared/search/query.ts';
import { searchImages } from '#shared/search/search-images.ts';
import type { SimilarityCache } from '#shared/search/similarity-cache.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { memorySimilarityCache } from '../../memory/similarity-cache.ts';
import { ACME, embeddingAt, installedOnly, library, manifest, NOW, OTHER } from './library.ts';

const BYTES = photograph('airplane-from-above');
const QUERY: SimilarityQuery = {
  source: { bytes: BYTES },
  threshold: 0.7,
  maxResults: 20,
  includeMetadata: true,
  models: [manifest.name],
  thumbnailUrl: (image) => `/thumbnails/${image}`,
};

let shelf: Awaited<ReturnType<typeof library>>;
let clock: number;
let calls: { embeddings: number; searches: number; reads: number };
let search: ReturnType<typeof searchImages>;

const unavailable = async () => {
  throw new Problem('dependency_unavailable', 'The database does not answer.');
};

function open(cache: Pick<SimilarityCache, 'get' | 'put'> = memorySimilarityCache(() => clock)) {
  return searchImages({
    ...shelf,
    cache,
    wallClock: () => clock,
    imaging: {
      ...shelf.imaging,
      read: (...given) => {
        calls.reads += 1;
        return shelf.imaging.read(...given);
      },
    },
    installed: installedOnly({
      manifest,
      provider: 'cpu',
      async embed(inputs) {
        calls.embeddings += inputs.length;
        return inputs.map(() => embeddingAt(1, 1));
      },
    }),
    index: {
      search: (...given) => {
        calls.searches += 1;
        return shelf.index.search(...given);
      },
    },
  });
}

/** Stores and indexes an image as the pipeline does. */
async function add(axis = 1): Promise<ImageId> {
  const image = await shelf.add(embeddingAt(0.99, 0.99, axis), {
    status: 'processed',
    metadata: { shelf: 'a' },
  });
  await shelf.imageStore.advance(ACME, image, 'indexed', NOW);
  return image;
}

beforeEach(async () => {
  shelf = await library();
  clock = Date.parse(NOW);
  calls = { embeddings: 0, searches: 0, reads: 0 };
  search = open();
});

describe('a repeated search', () => {
  test('returns the same results without decoding, embedding or searching', async () => {
    await add();
    const first = await search(ACME, QUERY);
    const work = { ...calls };
    const second = await search(ACME, QUERY);
    expect([first.cached, second.cached]).toEqual([false, true]);
    expect(first.results).toHaveLength(1);
    expect(second.results).toEqual(first.results);
    expect(second.total_results).toBe(1);
    expect(second.query_id).not.toBe(first.query_id);
    expect(work.reads).toBe(1);
    expect(calls).toEqual(work);
  });

  test('is cached if nothing was found', async () => {
    expect((await search(ACME, QUERY)).cached).toBe(false);
    expect(await search(ACME, QUERY)).toMatchObject({ cached: true, results: [], total_results: 0 });
  });

  test('returns the requested fields, with new links', async () => {
    const image = await add();
    await search(ACME, QUERY);
    const thumbnailUrl = () => 'https://elsewhere';
    const bare = await search(ACME, { ...QUERY, includeMetadata: false, thumbnailUrl });
    expect(bare.cached).toBe(true);
    expect(bare.results[0]).toMatchObject({ image_id: image, thumbnail_url: 'https://elsewhere' });
    expect(bare.results[0]).not.toHaveProperty('metadata');
  });

  test.each<[string, Partial<SimilarityQuery>]>([
    ['other bytes', { source: { bytes: photograph('dust-bowl-home') } }],
    ['a region', { region: { x: 0, y: 0, width: 0.5, height: 1 } }],
    ['another region', { region: { x: 0, y: 0, width: 1, height: 0.5 } }],
    ['another threshold', { threshold: 0.71 }],
    ['another number of results', { maxResults: 19 }],
    ['a format', { filter: { format: 'jpeg' } }],
    ['a location', { filter: { storageLocations: ['uploads'] } }],
    ['a first date', { filter: { createdAfter: '2020-01-01T00:00:00Z' } }],
    ['a last date', { filter: { createdBefore: '2020-01-01T00:00:00Z' } }],
    ['metadata', { filter: { metadata: { shelf: 'a' } } }],
  ])('is not cached with %s', async (_what, change) => {
    await add();
    await search(ACME, QUERY);
    expect((await search(ACME, { ...QUERY, ...change })).cached).toBe(false);
    expect((await search(ACME, { ...QUERY, ...change })).cached).toBe(true);
  });

  test('is cached whatever the order of its filter', async () => {
    const filter = { storageLocations: ['a', 'b'], metadata: { one: '1', two: ['2', '3'] } };
    const reordered = { metadata: { two: ['3', '2'], one: ['1'] }, storageLocations: ['b', 'a', 'b'] };
    await search(ACME, { ...QUERY, filter: { ...filter, createdAfter: '2026-01-01T00:00:00Z' } });
    const again = { ...QUERY, filter: { createdAfter: '2026-01-01T01:00:00+01:00', ...reordered } };
    expect((await search(ACME, again)).cached).toBe(true);
  });

  test('is not shared with another tenant', async () => {
    await add();
    await search(ACME, QUERY);
    expect(await search(OTHER, QUERY)).toMatchObject({ cached: false, results: [] });
  });

  test('is not cached after it has expired', async () => {
    await search(ACME, QUERY);
    clock += 15 * 60_000 - 1;
    expect((await search(ACME, QUERY)).cached).toBe(true);
    clock += 1;
    expect((await search(ACME, QUERY)).cached).toBe(false);
  });
});

describe('a change of the library', () => {
  test('that adds an image invalidates the cache', async () => {
    await add();
    await search(ACME, QUERY);
    const image = await add(2);
    const found = await search(ACME, QUERY);
    expect(found.cached).toBe(false);
    expect(found.results.map(({ image_id }) => image_id)).toContain(image);
  });

  test('that purges an image invalidates it', async () => {
    const image = await add();
    await search(ACME, QUERY);
    await shelf.imageStore.markPurged(ACME, image, NOW);
    expect(await search(ACME, QUERY)).toMatchObject({ cached: false, results: [] });
  });

  test('between the index search and caching the answer is visible to the next search', async () => {
    const { index } = shelf;
    let late: ImageId | undefined;
    shelf = {
      ...shelf,
      index: {
        ...index,
        async search(...given) {
          const candidates = await index.search(...given);
          late ??= await add();
          return candidates;
        },
      },
    };
    expect(await search(ACME, QUERY)).toMatchObject({ cached: false, results: [] });
    expect(await search(ACME, QUERY)).toMatchObject({ cached: false, results: [{ image_id: late }] });
    expect(await search(ACME, QUERY)).toMatchObject({ cached: true, results: [{ image_id: late }] });
  });

  test('removes a purged image from results even if the version is unchanged', async () => {
    const image = await add();
    shelf.imageStore = { ...shelf.imageStore, libraryVersion: async () => 'the same' };
    search = open();
    expect((await search(ACME, QUERY)).results).toHaveLength(1);
    await shelf.imageStore.markPurged(ACME, image, NOW);
    expect(await search(ACME, QUERY)).toMatchObject({ cached: false, results: [] });
  });
});

test('a search works without the cache if that is unavailable', async () => {
  const image = await add();
  const found = await open({ get: unavailable, put: unavailable })(ACME, QUERY);
  expect(found).toMatchObject({ cached: false, results: [{ image_id: image }] });
  const broken = async () => {
    throw new TypeError('a programming error');
  };
  await expect(open({ get: broken, put: unavailable })(ACME, QUERY)).rejects.toThrow(TypeError);
});

test('an unreadable image is refused each time', async () => {
  const query = { ...QUERY, source: { bytes: Buffer.from('no image') } };
  for (const _time of [1, 2])
    await expect(search(ACME, query)).rejects.toMatchObject({ code: 'unsupported_media_type' });
});

test('an answer without pixels is cached apart from the full one', async () => {
  await add();
  const without = { ...QUERY, withoutPixels: true };
  expect((await search(ACME, without)).cached).toBe(false);
  expect((await search(ACME, QUERY)).cached).toBe(false);
  expect((await search(ACME, without)).cached).toBe(true);
});
