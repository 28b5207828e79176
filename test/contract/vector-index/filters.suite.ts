import { describe, expect, it } from 'vitest';
import type { VectorDocument, VectorFilter, VectorIndex } from '#shared/vector-index/vector-index.ts';
import { ALICE, at, BOB, query, vectorDocument } from './documents.ts';

const STRANGE = `it's "50 %" \\ a=b; -- ü 日本 🐈\n{{x}} *?`;

const PICTURES = {
  plain: vectorDocument(),
  png: vectorDocument({ format: 'png', storageLocation: 'sto_archive' }),
  old: vectorDocument({ createdAt: '2024-05-06T07:08:09.500Z' }),
  tagged: vectorDocument({ metadata: { album: 'summer', tags: ['cat', 'garden'] } }),
  taggedPng: vectorDocument({ format: 'png', metadata: { album: 'winter', tags: ['cat'] } }),
  strange: vectorDocument({ storageLocation: STRANGE, metadata: { [STRANGE]: STRANGE, 'a=b': 'c' } }),
} satisfies Record<string, VectorDocument>;
type Name = keyof typeof PICTURES;

const CASES: [string, VectorFilter, Name[]][] = [
  ['nothing', {}, ['plain', 'png', 'old', 'tagged', 'taggedPng', 'strange']],
  ['a storage location', { storageLocations: ['sto_archive'] }, ['png']],
  ['one of several', { storageLocations: ['sto_archive', STRANGE, 'none'] }, ['png', 'strange']],
  ['no location at all', { storageLocations: [] }, []],
  ['a format', { format: 'png' }, ['png', 'taggedPng']],
  ['created before, to the millisecond', { createdBefore: '2024-05-06T07:08:09.500Z' }, ['old']],
  ['created before, a second short', { createdBefore: '2024-05-06T07:08:09Z' }, []],
  ['created before, in another zone', { createdBefore: '2024-05-06T09:08:09.500+02:00' }, ['old']],
  ['created after', { createdAfter: '2026-03-01T12:00:00.001Z' }, []],
  [
    'created between',
    { createdAfter: '2024-05-06T07:08:09.500Z', createdBefore: '2025-01-01T00:00:00Z' },
    ['old'],
  ],
  ['metadata', { metadata: { album: 'summer' } }, ['tagged']],
  ['one of the values of a key', { metadata: { tags: 'cat' } }, ['tagged', 'taggedPng']],
  ['two keys', { metadata: { tags: 'cat', album: 'winter' } }, ['taggedPng']],
  ['one of several values of a key', { metadata: { album: ['summer', 'winter'] } }, ['tagged', 'taggedPng']],
  ['several of several', { metadata: { tags: ['garden', 'pond'] } }, ['tagged']],
  ['a list of one', { metadata: { tags: ['cat'] } }, ['tagged', 'taggedPng']],
  ['none of several', { metadata: { tags: ['dog', 'pond'] } }, []],
  ['no value at all', { metadata: { tags: [] } }, []],
  [
    'one of several values, of each of two keys',
    { metadata: { tags: ['garden', 'cat'], album: ['winter', 'spring'] } },
    ['taggedPng'],
  ],
  ['one of several, with unusual characters', { metadata: { [STRANGE]: ['x', STRANGE] } }, ['strange']],
  ['a value of another key', { metadata: { album: 'cat' } }, []],
  ['part of a value', { metadata: { album: 'sum' } }, []],
  [
    'everything together',
    { format: 'png', storageLocations: ['uploads'], metadata: { tags: 'cat' } },
    ['taggedPng'],
  ],
  ['unusual characters', { storageLocations: [STRANGE], metadata: { [STRANGE]: STRANGE } }, ['strange']],
  ['a key with an equals sign', { metadata: { 'a=b': 'c' } }, ['strange']],
  ['the same text, cut elsewhere', { metadata: { a: 'b=c' } }, []],
];

export function describeFilters(of: () => { index: VectorIndex; model: string }): void {
  describe('filters', () => {
    it('applies every filter, alone and combined', async () => {
      const { index, model } = of();
      expect(await index.upsert(ALICE, model, Object.values(PICTURES))).toEqual([]);
      for (const [name, filter, expected] of CASES) {
        const found = await index.search(ALICE, model, query({ filter }));
        const ids = found.map((candidate) => candidate.imageId).sort();
        expect(ids, name).toEqual(expected.map((each) => PICTURES[each].imageId).sort());
      }
    });

    it('filters before it takes the k nearest', async () => {
      const { index, model } = of();
      const near = Array.from({ length: 60 }, (_, number) => vectorDocument({ semantic: at(number / 100) }));
      const far = vectorDocument({ semantic: at(170), copy: at(170), format: 'webp' });
      await index.upsert(BOB, model, [...near, far]);
      const found = await index.search(BOB, model, query({ k: 3, filter: { format: 'webp' } }));
      expect(found.map((candidate) => candidate.imageId)).toEqual([far.imageId]);
    });
  });
}
