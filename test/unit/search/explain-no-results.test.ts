import { beforeEach, describe, expect, test } from 'vitest';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import type { SimilarityQuery } from '#shared/search/query.ts';
import { searchImages } from '#shared/search/search-images.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { memorySimilarityCache } from '../../memory/similarity-cache.ts';
import { ACME, embeddingAt, installedOnly, library, manifest, OTHER } from './library.ts';

const QUERY: SimilarityQuery = {
  source: { bytes: photograph('airplane-from-above') },
  threshold: 0.7,
  maxResults: 20,
  includeMetadata: true,
  models: [manifest.name],
  thumbnailUrl: (image) => image,
};
const OTHERS_FORMAT = { format: 'png' } as const;

let shelf: Awaited<ReturnType<typeof library>>;
let search: ReturnType<typeof searchImages>;
let searches: number;

beforeEach(async () => {
  shelf = await library();
  searches = 0;
  search = searchImages({
    ...shelf,
    cache: memorySimilarityCache(),
    installed: installedOnly({
      manifest,
      provider: 'cpu',
      embed: async (inputs) => inputs.map(() => embeddingAt(1, 1)),
    }),
    index: {
      search: (...given) => {
        searches += 1;
        return shelf.index.search(...given);
      },
    },
  });
});

const explanationOf = async (change: Partial<SimilarityQuery> = {}) => {
  const found = await search(ACME, { ...QUERY, ...change });
  expect(searchSimilarity.reply.schema.parse(found)).toEqual(found);
  expect(found.results).toEqual([]);
  expect(found.total_results).toBe(0);
  return found.explanation;
};

describe('the explanation of an empty result is', () => {
  test('an empty library, whatever other tenants have', async () => {
    await shelf.add(embeddingAt(1, 1), {}, OTHER);
    expect(await explanationOf()).toMatchObject({ code: 'library_empty' });
    expect(await explanationOf({ filter: OTHERS_FORMAT })).toMatchObject({ code: 'library_empty' });
  });

  test('an empty library if the query is the only image', async () => {
    const imageId = await shelf.add(embeddingAt(1, 1));
    expect(await explanationOf({ source: { imageId } })).toMatchObject({ code: 'library_empty' });
    const filter = { format: 'jpeg' } as const;
    expect(await explanationOf({ source: { imageId }, filter })).toMatchObject({ code: 'library_empty' });
  });

  test('a storage without images, which may not exist', async () => {
    await shelf.add(embeddingAt(1, 1));
    const explanation = await explanationOf({ filter: { storageLocations: ['st_1', 'elsewhere'] } });
    expect(explanation).toEqual({
      code: 'storage_empty',
      detail: 'You have no image in st_1, elsewhere. Check storage_locations.',
    });
    const filter = { storageLocations: ['uploads'], ...OTHERS_FORMAT };
    expect(await explanationOf({ filter })).toMatchObject({ code: 'filters_exclude_all' });
  });

  test.each([
    ['format', OTHERS_FORMAT],
    ['date', { createdAfter: '2030-01-01T00:00:00Z' }],
    ['metadata', { metadata: { album: ['winter', 'spring'] } }],
  ])('filters that exclude all images: %s', async (_what, filter) => {
    await shelf.add(embeddingAt(1, 1), { metadata: { album: 'summer' } });
    expect(await explanationOf({ filter })).toMatchObject({ code: 'filters_exclude_all' });
  });

  test('the nearest score, below the threshold; a search with that score as threshold finds the image', async () => {
    await shelf.add(embeddingAt(0.1, 0.1));
    const near = await shelf.add(embeddingAt(0.1, 0.3, 2));
    const explanation = await explanationOf({ threshold: 0.9 });
    expect(explanation).toMatchObject({ code: 'below_threshold', nearest_score: expect.any(Number) });
    const nearest = explanation?.nearest_score ?? 0;
    expect(nearest).toBeGreaterThan(0);
    expect(nearest).toBeLessThan(0.9);
    expect(searches).toBe(1);
    const { results } = await search(ACME, { ...QUERY, threshold: nearest });
    expect(results).toMatchObject([{ image_id: near, similarity_score: nearest, verdict: 'similar' }]);
  });

  test('the score of a copy below the threshold', async () => {
    await shelf.add(embeddingAt(0.99, 0.99));
    const explanation = await explanationOf({ threshold: 1 });
    expect(explanation?.nearest_score).toBeGreaterThan(0.9);
    expect(explanation?.nearest_score).toBeLessThan(1);
  });

  test('the same if it is cached', async () => {
    const first = await explanationOf();
    expect(await search(ACME, QUERY)).toMatchObject({ cached: true, explanation: first });
  });
});

test('a result that is not empty has no explanation', async () => {
  await shelf.add(embeddingAt(0.99, 0.99));
  const found = await search(ACME, QUERY);
  expect(found.results).toHaveLength(1);
  expect(found).not.toHaveProperty('explanation');
});

describe('filters in a request', () => {
  const parse = (filters: unknown) => searchSimilarity.body?.safeParse({ image_id: IMAGE, filters });
  const IMAGE = 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1';

  test.each([
    [{ metadata: { album: 'summer', tags: ['cat', 'dog'] } }],
    [{ format: 'png', created_after: '2026-01-01T00:00:00Z', created_before: '2026-01-01T00:00:00Z' }],
    ['{"metadata": {"tags": ["cat"]}}'],
  ])('may be %j', (filters) => {
    expect(parse(filters)?.success).toBe(true);
  });

  test.each([
    [{ formt: 'png' }],
    [{ metadata: { tags: [] } }],
    [{ metadata: { tags: 3 } }],
    [{ created_after: 'yesterday' }],
  ])('may not be %j', (filters) => {
    expect(parse(filters)?.success).toBe(false);
  });
});
