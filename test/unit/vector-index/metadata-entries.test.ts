import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metadataEntries, wantedEntries } from '#shared/vector-index/metadata-entries.ts';

describe('metadata entries', () => {
  it('returns one for each value of a key', () => {
    expect(metadataEntries({ album: 'summer', tags: ['cat', 'garden'], none: [] })).toEqual([
      'album=summer',
      'tags=cat',
      'tags=garden',
    ]);
  });

  it('of a filter are grouped by key, of which any one must match', () => {
    expect(wantedEntries({ metadata: { album: 'summer', tags: ['cat', 'dog'] } })).toEqual([
      ['album=summer'],
      ['tags=cat', 'tags=dog'],
    ]);
    expect(wantedEntries({})).toEqual([]);
  });

  it('is unique per pair', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '=', '%', '3', 'D', '2', '5') });
    fc.assert(
      fc.property(fc.tuple(text, text), fc.tuple(text, text), (one, other) => {
        const same = one[0] === other[0] && one[1] === other[1];
        const entry = ([key, value]: [string, string]) => metadataEntries({ [key]: value })[0];
        expect(entry(one) === entry(other)).toBe(same);
      }),
    );
  });
});
