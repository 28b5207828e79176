import { beforeEach, describe, expect, test } from 'vitest';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import type { SimilarityQuery } from '#shared/search/query.ts';
import { searchImages } from '#shared/search/search-images.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { memorySimilarityCache } from '../../memory/similarity-cache.ts';
import { ACME, library, manifest, OTHER, only, seen } from './library.ts';

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
let asked: number;

beforeEach(async () => {
  shelf = await library();
  asked = 0;
  search = searchImages({
    ...shelf,
    cache: memorySimilarityCache(),
    installed: only({ manifest, provider: 'cpu', embed: async (inputs) => inputs.map(() => seen(1, 1)) }),
    index: {
      search: (...given) => {
        asked += 1;
        return shelf.index.search(...given);
      },
    },
  });
});

const reason = async (change: Partial<SimilarityQuery> = {}) => {
  const found = await search(ACME, { ...QUERY, ...change });
  expect(searchSimilarity.reply.schema.parse(found)).toEqual(found);
  expect(found.results).toEqual([]);
  expect(found.total_results).toBe(0);
  return found.explanation;
};

describe('a search that finds nothing says', () => {
  test('that there is nothing to find; also where others have something', async () => {
    await shelf.add(seen(1, 1), {}, OTHER);
    expect(await reason()).toMatchObject({ code: 'library_empty' });
    expect(await reason({ filter: OTHERS_FORMAT })).toMatchObject({ code: 'library_empty' });
  });

  test('that there is nothing beside the query’s own picture', async () => {
    const imageId = await shelf.add(seen(1, 1));
    expect(await reason({ source: { imageId } })).toMatchObject({ code: 'library_empty' });
    const filter = { format: 'jpeg' } as const;
    expect(await reason({ source: { imageId }, filter })).toMatchObject({ code: 'library_empty' });
  });

  test.each([
    ['format', OTHERS_FORMAT],
    ['location', { storageLocations: ['elsewhere'] }],
    ['date', { createdAfter: '2030-01-01T00:00:00Z' }],
    ['metadata', { metadata: { album: ['winter', 'spring'] } }],
  ])('that the filters leave nothing: %s', async (_what, filter) => {
    await shelf.add(seen(1, 1), { metadata: { album: 'summer' } });
    expect(await reason({ filter })).toMatchObject({ code: 'filters_exclude_all' });
  });

  test('that nothing is near enough, and how near the nearest is: asking again with that finds it', async () => {
    await shelf.add(seen(0.1, 0.1));
    const near = await shelf.add(seen(0.1, 0.3, 2));
    const why = await reason({ threshold: 0.9 });
    expect(why).toMatchObject({ code: 'below_threshold', nearest_score: expect.any(Number) });
    const nearest = why?.nearest_score ?? 0;
    expect(nearest).toBeGreaterThan(0);
    expect(nearest).toBeLessThan(0.9);
    expect(asked).toBe(1);
    const { results } = await search(ACME, { ...QUERY, threshold: nearest });
    expect(results).toMatchObject([{ image_id: near, similarity_score: nearest, verdict: 'similar' }]);
  });

  test('how near a copy is that is not certain enough', async () => {
    await shelf.add(seen(0.99, 0.99));
    const why = await reason({ threshold: 1 });
    expect(why?.nearest_score).toBeGreaterThan(0.9);
    expect(why?.nearest_score).toBeLessThan(1);
  });

  test('the same when it is asked again', async () => {
    const first = await reason();
    expect(await search(ACME, QUERY)).toMatchObject({ cached: true, explanation: first });
  });
});

test('a search that finds something needs no explanation', async () => {
  await shelf.add(seen(0.99, 0.99));
  const found = await search(ACME, QUERY);
  expect(found.results).toHaveLength(1);
  expect(found).not.toHaveProperty('explanation');
});

describe('filters as a caller gives them', () => {
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
