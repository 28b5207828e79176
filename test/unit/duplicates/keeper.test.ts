import { expect, test } from 'vitest';
import { suggestKeeper } from '#shared/duplicates/keeper.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import { type IndexedRecord, isIndexed } from '#shared/images/indexed-image.ts';
import { newImageId } from '#shared/kernel/ids.ts';
import type { KeeperRule } from '#shared/kernel/settings.ts';
import { ACME, embeddingAt, library } from '../search/library.ts';

async function records(...changes: Partial<ImageRecord>[]): Promise<IndexedRecord[]> {
  const { add, imageStore } = await library();
  const ids = [];
  for (const change of changes) ids.push(await add(embeddingAt(1, 1), change));
  return (await imageStore.getMany(ACME, ids)).filter(isIndexed);
}

test.each<[string, Partial<ImageRecord>, Partial<ImageRecord>]>([
  ['most pixels', { width: 400, file_size: 9000 }, { width: 500, file_size: 10 }],
  ['largest file', { file_size: 10, created_at: '2020-01-01T00:00:00.000Z' }, { file_size: 11 }],
  ['oldest', { created_at: '2026-01-02T00:00:00.000Z' }, { created_at: '2026-01-01T00:00:00.000Z' }],
])('suggests the image with: %s', async (reason, worse, better) => {
  const [one, other] = await records(worse, better);
  if (!one || !other) throw new RangeError('two records were made');
  const expected = { imageId: other.image_id, reason };
  expect(suggestKeeper([one, other])).toEqual(expected);
  expect(suggestKeeper([other, one])).toEqual(expected);
});

const worse = { width: 400, file_size: 10, created_at: '2026-01-02T00:00:00.000Z', metadata: {} };
test.each<[KeeperRule, string, Partial<ImageRecord>]>([
  ['bytes', 'largest file', { width: 300, file_size: 11, created_at: '2026-01-03T00:00:00.000Z' }],
  ['age', 'oldest', { width: 300, file_size: 9, created_at: '2026-01-01T00:00:00.000Z' }],
  ['metadata', 'most metadata', { width: 300, file_size: 9, metadata: { album: 'sea', tags: ['a', 'b'] } }],
])('applies the rule %s first', async (rule, reason, better) => {
  const [one, other] = await records(worse, { ...worse, ...better });
  if (!one || !other) throw new RangeError('two records were made');
  expect(suggestKeeper([one, other], rule)).toEqual({ imageId: other.image_id, reason });
  expect(suggestKeeper([one, other])).toEqual({ imageId: one.image_id, reason: 'most pixels' });
});

test('resolves ties of the rule by the others in order', async () => {
  const metadata = { album: 'sea' };
  const [one, other] = await records({ metadata, file_size: 10 }, { metadata: { tag: 'x' }, file_size: 11 });
  if (!one || !other) throw new RangeError('two records were made');
  const expected = { imageId: other.image_id, reason: 'largest file' };
  expect(suggestKeeper([one, other], 'metadata')).toEqual(expected);
});

test('is deterministic for equal images and undefined for none', async () => {
  const [one] = await records({});
  if (!one) throw new RangeError('a record was made');
  const twin = { ...one, image_id: newImageId() };
  expect(suggestKeeper([one, twin])).toEqual(suggestKeeper([twin, one]));
  expect(suggestKeeper([])).toBeUndefined();
});
