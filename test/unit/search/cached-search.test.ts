import { beforeEach, describe, expect, test } from 'vitest';
import type { ImageId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { SimilarityQuery } from '#shared/search/query.ts';
import { searchImages } from '#shared/search/search-images.ts';
import type { SimilarityCache } from '#shared/search/similarity-cache.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { memorySimilarityCache } from '../../memory/similarity-cache.ts';
import { ACME, library, manifest, NOW, OTHER, only, seen } from './library.ts';

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
let asked: { embeddings: number; searches: number; reads: number };
let search: ReturnType<typeof searchImages>;

const down = async () => {
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
        asked.reads += 1;
        return shelf.imaging.read(...given);
      },
    },
    installed: only({
      manifest,
      provider: 'cpu',
      async embed(inputs) {
        asked.embeddings += inputs.length;
        return inputs.map(() => seen(1, 1));
      },
    }),
    index: {
      search: (...given) => {
        asked.searches += 1;
        return shelf.index.search(...given);
      },
    },
  });
}

/** Puts a picture in as the pipeline does, up to the step that makes it findable. */
async function add(axis = 1): Promise<ImageId> {
  const image = await shelf.add(seen(0.99, 0.99, axis), { status: 'processed', metadata: { shelf: 'a' } });
  await shelf.imageStore.advance(ACME, image, 'indexed', NOW);
  return image;
}

beforeEach(async () => {
  shelf = await library();
  clock = Date.parse(NOW);
  asked = { embeddings: 0, searches: 0, reads: 0 };
  search = open();
});

describe('a search that was answered before', () => {
  test('gives the same results, and decodes, embeds and searches nothing', async () => {
    await add();
    const first = await search(ACME, QUERY);
    const work = { ...asked };
    const second = await search(ACME, QUERY);
    expect([first.cached, second.cached]).toEqual([false, true]);
    expect(first.results).toHaveLength(1);
    expect(second.results).toEqual(first.results);
    expect(second.total_results).toBe(1);
    expect(second.query_id).not.toBe(first.query_id);
    expect(work.reads).toBe(1);
    expect(asked).toEqual(work);
  });

  test('also where nothing was found', async () => {
    expect((await search(ACME, QUERY)).cached).toBe(false);
    expect(await search(ACME, QUERY)).toMatchObject({ cached: true, results: [], total_results: 0 });
  });

  test('shows what its caller asks to see, with links made for this reply', async () => {
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
    ['a part', { region: { x: 0, y: 0, width: 0.5, height: 1 } }],
    ['another part', { region: { x: 0, y: 0, width: 1, height: 0.5 } }],
    ['another threshold', { threshold: 0.71 }],
    ['another number', { maxResults: 19 }],
    ['a format', { filter: { format: 'jpeg' } }],
    ['a location', { filter: { storageLocations: ['uploads'] } }],
    ['a date', { filter: { createdAfter: '2020-01-01T00:00:00Z' } }],
    ['the other end of time', { filter: { createdBefore: '2020-01-01T00:00:00Z' } }],
    ['metadata', { filter: { metadata: { shelf: 'a' } } }],
  ])('is another one with %s', async (_what, change) => {
    await add();
    await search(ACME, QUERY);
    expect((await search(ACME, { ...QUERY, ...change })).cached).toBe(false);
    expect((await search(ACME, { ...QUERY, ...change })).cached).toBe(true);
  });

  test('is the same one, however its filter is written', async () => {
    const filter = { storageLocations: ['a', 'b'], metadata: { one: '1', two: ['2', '3'] } };
    const turned = { metadata: { two: ['3', '2'], one: ['1'] }, storageLocations: ['b', 'a', 'b'] };
    await search(ACME, { ...QUERY, filter: { ...filter, createdAfter: '2026-01-01T00:00:00Z' } });
    const again = { ...QUERY, filter: { createdAfter: '2026-01-01T01:00:00+01:00', ...turned } };
    expect((await search(ACME, again)).cached).toBe(true);
  });

  test('is not another tenant’s', async () => {
    await add();
    await search(ACME, QUERY);
    expect(await search(OTHER, QUERY)).toMatchObject({ cached: false, results: [] });
  });

  test('is asked anew when it has expired', async () => {
    await search(ACME, QUERY);
    clock += 15 * 60_000 - 1;
    expect((await search(ACME, QUERY)).cached).toBe(true);
    clock += 1;
    expect((await search(ACME, QUERY)).cached).toBe(false);
  });
});

describe('a change of the library', () => {
  test('that brings a picture ends what was known', async () => {
    await add();
    await search(ACME, QUERY);
    const image = await add(2);
    const found = await search(ACME, QUERY);
    expect(found.cached).toBe(false);
    expect(found.results.map(({ image_id }) => image_id)).toContain(image);
  });

  test('that takes one away ends it', async () => {
    const image = await add();
    await search(ACME, QUERY);
    await shelf.imageStore.markPurged(ACME, image, NOW);
    expect(await search(ACME, QUERY)).toMatchObject({ cached: false, results: [] });
  });

  test('after the index was asked, and before the answer is kept, is not missed by the next search', async () => {
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

  test('does not show a picture that is no longer there, whatever the version says', async () => {
    const image = await add();
    shelf.imageStore = { ...shelf.imageStore, libraryVersion: async () => 'the same' };
    search = open();
    expect((await search(ACME, QUERY)).results).toHaveLength(1);
    await shelf.imageStore.markPurged(ACME, image, NOW);
    expect(await search(ACME, QUERY)).toMatchObject({ cached: false, results: [] });
  });
});

test('a search does without a cache that does not answer', async () => {
  const image = await add();
  const found = await open({ get: down, put: down })(ACME, QUERY);
  expect(found).toMatchObject({ cached: false, results: [{ image_id: image }] });
  const broken = async () => {
    throw new TypeError('a fault of ours');
  };
  await expect(open({ get: broken, put: down })(ACME, QUERY)).rejects.toThrow(TypeError);
});

test('a picture that cannot be read is refused each time', async () => {
  const query = { ...QUERY, source: { bytes: Buffer.from('no picture') } };
  for (const _time of [1, 2])
    await expect(search(ACME, query)).rejects.toMatchObject({ code: 'unsupported_media_type' });
});
