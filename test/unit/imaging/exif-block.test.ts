import readExif from 'exif-reader';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orientationBlock, readExifTags } from '#shared/imaging/exif-block.ts';
import * as exif from '../../hostile/build/exif.ts';
import { type Entry, TYPES } from '../../hostile/build/tiff.ts';

const printableAscii = fc.string({ unit: 'grapheme-ascii', minLength: 4, maxLength: 60 });
const orientations = fc.integer({ min: 1, max: 8 });

/** Makes a block with a make, a model and an orientation. */
function wellFormed(make: string, model: string, orientation: number): Buffer {
  const at = exif.valuesAt(3);
  const text = (tag: number, value: string, offset: number): Entry => ({
    tag,
    type: TYPES.ascii,
    count: value.length + 1,
    value: at + offset,
  });
  return exif.block(
    [
      text(271, make, 0),
      text(272, model, make.length + 1),
      { tag: 274, type: TYPES.short, count: 1, value: orientation },
    ],
    Buffer.from(`${make}\0${model}\0`, 'latin1'),
  );
}

describe('an EXIF block', () => {
  it('is read as exif-reader reads it, if it is well-formed', () => {
    fc.assert(
      fc.property(printableAscii, printableAscii, orientations, (make, model, orientation) => {
        const block = wellFormed(make, model, orientation);
        const expected = readExif(block).Image;
        const tags = readExifTags(block);
        expect([tags.make, tags.model].map((text) => text?.replace(/\0$/, ''))).toEqual([
          expected?.Make,
          expected?.Model,
        ]);
        expect(tags.orientation).toBe(expected?.Orientation);
      }),
    );
  });

  it('has positions as exif-reader reads them', () => {
    const number = fc.integer({ min: 0, max: 0xffffffff });
    const rational = fc.tuple(number, fc.integer({ min: 1, max: 1000 }));
    fc.assert(
      fc.property(fc.tuple(rational, rational, rational), (rationals) => {
        const block = exif.position(rationals);
        const { latitude, longitude, latitudeRef } = readExifTags(block);
        const expected = readExif(block).GPSInfo;
        expect(latitude).toEqual(expected?.GPSLatitude);
        expect(longitude).toEqual(expected?.GPSLongitude);
        expect(latitudeRef?.replace(/\0$/, '')).toBe(expected?.GPSLatitudeRef);
      }),
    );
  });

  it('is cut down to its orientation', () => {
    fc.assert(
      fc.property(printableAscii, printableAscii, orientations, (make, model, orientation) => {
        const block = orientationBlock(wellFormed(make, model, orientation));
        expect(block && readExif(block).Image).toEqual({ Orientation: orientation });
      }),
    );
    expect(orientationBlock(exif.camera(Buffer.from('text')))).toBeUndefined();
  });

  it('has texts of bounded length, whatever its entries claim', () => {
    const claims = fc.tuple(
      fc.constantFrom(271, 272, 274, 34_665, 34_853, 36_867, 42_036, 1, 2),
      fc.integer({ min: 0, max: 13 }),
      fc.constantFrom(0, 1, 2, 3, 4, 5, 1000, 0xffffffff),
      fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 0xffffffff })),
    );
    fc.assert(
      fc.property(fc.array(claims, { maxLength: 40 }), (entries) => {
        const block = exif.block(
          entries.map(([tag, type, count, value]) => ({ tag, type, count, value })),
          Buffer.alloc(100, 0x41),
        );
        for (const value of Object.values(readExifTags(block))) {
          expect(typeof value === 'number' ? 0 : value.length).toBeLessThanOrEqual(512);
        }
      }),
    );
    expect(readExifTags(exif.shared(65_000, TYPES.ascii, 0xffffffff, 4_000_000)).make).toHaveLength(512);
    expect(readExifTags(exif.cyclic())).toEqual({});
  });
});
