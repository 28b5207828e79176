import { expect, test } from 'vitest';
import { newImageId } from '#shared/domain/ids.ts';
import type { ImageRecord } from '#shared/domain/image.ts';
import { suggestKeeper } from '#shared/flows/duplicates/keeper.ts';
import { type IndexedRecord, isIndexed } from '#shared/flows/search/indexed-record.ts';
import { ACME, library, seen } from '../search/library.ts';

async function records(...changes: Partial<ImageRecord>[]): Promise<IndexedRecord[]> {
  const { add, catalog } = await library();
  const ids = [];
  for (const change of changes) ids.push(await add(seen(1, 1), change));
  return (await catalog.getMany(ACME, ids)).filter(isIndexed);
}

test.each<[string, Partial<ImageRecord>, Partial<ImageRecord>]>([
  ['most pixels', { width: 400, file_size: 9000 }, { width: 500, file_size: 10 }],
  ['largest file', { file_size: 10, created_at: '2020-01-01T00:00:00.000Z' }, { file_size: 11 }],
  ['oldest', { created_at: '2026-01-02T00:00:00.000Z' }, { created_at: '2026-01-01T00:00:00.000Z' }],
])('keeps the one that is best: %s', async (reason, worse, better) => {
  const [one, other] = await records(worse, better);
  if (!one || !other) throw new RangeError('two records were made');
  const expected = { imageId: other.image_id, reason };
  expect(suggestKeeper([one, other])).toEqual(expected);
  expect(suggestKeeper([other, one])).toEqual(expected);
});

test('of equals it is always the same one; of none it is none', async () => {
  const [one] = await records({});
  if (!one) throw new RangeError('a record was made');
  const twin = { ...one, image_id: newImageId() };
  expect(suggestKeeper([one, twin])).toEqual(suggestKeeper([twin, one]));
  expect(suggestKeeper([])).toBeUndefined();
});
