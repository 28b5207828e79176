import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metadataEntries, metadataEntry } from '#shared/vector-index/metadata-entries.ts';

describe('metadata entries', () => {
  it('gives one for each value of a key', () => {
    expect(metadataEntries({ album: 'summer', tags: ['cat', 'garden'], none: [] })).toEqual([
      'album=summer',
      'tags=cat',
      'tags=garden',
    ]);
  });

  it('never looks the same for two pairs', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '=', '%', '3', 'D', '2', '5') });
    fc.assert(
      fc.property(fc.tuple(text, text), fc.tuple(text, text), (one, other) => {
        const same = one[0] === other[0] && one[1] === other[1];
        expect(metadataEntry(...one) === metadataEntry(...other)).toBe(same);
      }),
    );
  });
});
