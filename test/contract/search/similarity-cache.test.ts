import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cacheKey } from '#shared/aws/dynamodb-activity-keys.ts';
import { openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { ANSWER_SHAPE, type JudgedImage, type SimilarityAnswer } from '#shared/search/answer.ts';
import { dynamoSimilarityCache } from '#shared/search/dynamodb-similarity-cache.ts';
import type { SimilarityCache } from '#shared/search/similarity-cache.ts';
import { memorySimilarityCache } from '../../memory/similarity-cache.ts';
import { newTable } from '../emulator.ts';
import { newImage, newTenant } from '../samples.ts';

const NOW = Date.UTC(2026, 0, 1);
const later = (seconds: number): Date => new Date(NOW + seconds * 1000);
const HASH = 'a'.repeat(64);
const key = { queryHash: HASH, libraryVersion: '3' };
let clock: number;
const now = () => clock;

const pictured = (image_id: ImageId): JudgedImage => ({
  image_id,
  similarity_score: 0.987654321,
  verdict: 'edited_copy',
  reason: {
    sha256_equal: false,
    perceptual_distance: 3,
    copy_score: 0.9,
    semantic_score: 1,
    alignment,
    alignments: [alignment, { ...alignment, rotation: 0 }],
  },
});
const alignment = {
  quad: [0, 1, 2, 3].map((corner) => ({ x: corner / 3, y: -0.01 })),
  ...{ score: 14.2, scale: 0.5, rotation: 90, mirrored: true },
};
const answerOf = (...images: ImageId[]): SimilarityAnswer => ({ pictures: images.map(pictured) });

describe.each([
  ['memory', async () => memorySimilarityCache(now)],
  ['DynamoDB', async () => dynamoSimilarityCache(await newTable('activity'), now)],
])('the similarity cache in %s', (_, open) => {
  let cache: SimilarityCache;
  let tenant: TenantId;
  beforeAll(async () => {
    cache = await open();
  });
  beforeEach(() => {
    tenant = newTenant();
    clock = NOW;
  });

  it('returns a stored answer to the last digit, also an empty one', async () => {
    const answer = answerOf(newImage(), newImage());
    await cache.put(tenant, key, answer, later(60));
    expect(await cache.get(tenant, key)).toEqual(answer);
    await cache.put(tenant, key, answerOf(), later(60));
    expect(await cache.get(tenant, key)).toEqual(answerOf());
  });

  it('returns nothing for another query, library version or tenant', async () => {
    await cache.put(tenant, key, answerOf(newImage()), later(60));
    expect(await cache.get(tenant, { ...key, queryHash: 'b'.repeat(64) })).toBeUndefined();
    expect(await cache.get(tenant, { ...key, libraryVersion: '4' })).toBeUndefined();
    expect(await cache.get(tenant, { ...key, libraryVersion: '' })).toBeUndefined();
    expect(await cache.get(newTenant(), key)).toBeUndefined();
  });

  it('returns nothing after the expiry, even if the entry still exists', async () => {
    await cache.put(tenant, key, answerOf(newImage()), later(60));
    clock = later(59).getTime();
    expect(await cache.get(tenant, key)).toBeDefined();
    clock = later(60).getTime();
    expect(await cache.get(tenant, key)).toBeUndefined();
  });

  it('stores one answer for each query: the last', async () => {
    const answer = answerOf(newImage());
    await cache.put(tenant, key, answerOf(newImage()), later(60));
    await cache.put(tenant, { ...key, libraryVersion: '4' }, answer, later(60));
    expect(await cache.get(tenant, key)).toBeUndefined();
    expect(await cache.get(tenant, { ...key, libraryVersion: '4' })).toEqual(answer);
  });

  it('finds and removes the answers that name an image, and no others', async () => {
    const [gone, stays] = [newImage(), newImage()];
    const other = newTenant();
    const hashes = Array.from({ length: 30 }, (_entry, n) => ({ ...key, queryHash: `c${n}` }));
    await Promise.all(hashes.map((each) => cache.put(tenant, each, answerOf(stays, gone), later(60))));
    await cache.put(tenant, key, answerOf(stays), later(60));
    await cache.put(other, key, answerOf(gone), later(60));
    clock = later(120).getTime(); // what has expired is still there
    const naming = await cache.naming(tenant, gone);
    expect(naming.sort()).toEqual(hashes.map(({ queryHash }) => queryHash).sort());
    await cache.remove(tenant, naming);
    expect(await cache.naming(tenant, gone)).toEqual([]);
    await cache.remove(tenant, naming); // again, after an interruption
    clock = NOW;
    for (const each of hashes) expect(await cache.get(tenant, each)).toBeUndefined();
    expect(await cache.get(tenant, key)).toEqual(answerOf(stays));
    expect(await cache.get(other, key)).toEqual(answerOf(gone));
  });
});

describe('an answer in the table', () => {
  const tenant = newTenant();
  let options: TableOptions;
  beforeEach(async () => {
    options = await newTable('activity');
    await dynamoSimilarityCache(options, () => NOW).put(tenant, key, answerOf(), later(60));
  });

  it('has its query_hash, when it was created, and when the table removes it, in seconds', async () => {
    const item = await openTable(options).get(cacheKey(tenant, HASH));
    expect(item).toMatchObject({
      query_hash: HASH,
      expires_at: NOW / 1000 + 60,
      created_at: '2026-01-01T00:00:00.000Z',
    });
  });

  it.each([ANSWER_SHAPE - 1, ANSWER_SHAPE + 1, undefined])(
    'is not returned if another release wrote it in the shape %s',
    async (shape) => {
      const table = openTable(options);
      const item = await table.get(cacheKey(tenant, HASH));
      await table.put({ ...cacheKey(tenant, HASH), ...item, shape });
      const cache = dynamoSimilarityCache(options, () => NOW);
      expect(await cache.get(tenant, key)).toBeUndefined();
      await cache.put(tenant, key, answerOf(), later(60));
      expect(await cache.get(tenant, key)).toEqual(answerOf());
    },
  );

  it.each(['no JSON', '{}'])('is reported if it is not valid: %s', async (answer) => {
    const table = openTable(options);
    const item = await table.get(cacheKey(tenant, HASH));
    await table.put({ ...cacheKey(tenant, HASH), ...item, answer });
    const reading = dynamoSimilarityCache(options, () => NOW).get(tenant, key);
    await expect(reading).rejects.toMatchObject({ code: 'internal_error' });
  });
});
