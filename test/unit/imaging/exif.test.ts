import fc from 'fast-check';
import sharp, { type Exif } from 'sharp';
import { describe, expect, it } from 'vitest';
import { exifOf } from '#shared/imaging/exif.ts';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { takenAt } from '../../hostile/build/exif.ts';

sharpImaging(); // configures libvips
const withExif = async (exif: Exif) =>
  (await decodeImage(await sharp(photograph('dust-bowl-home')).resize(100).withExif(exif).jpeg().toBuffer()))
    .exif;

describe('EXIF', () => {
  it('has the camera, the lens, the time and the place', async () => {
    expect(
      await withExif({
        IFD0: { Make: 'Canon', Model: 'Canon EOS R5' },
        IFD2: {
          LensModel: 'RF24-70mm',
          DateTimeOriginal: '2024:05:06 07:08:09',
          OffsetTimeOriginal: '+02:00',
        },
        IFD3: {
          GPSLatitudeRef: 'S',
          GPSLatitude: '33/1 51/1 2400/100',
          GPSLongitudeRef: 'E',
          GPSLongitude: '151/1 12/1 36/1',
        },
      }),
    ).toEqual({
      orientation: 1,
      camera: 'Canon EOS R5',
      lens: 'RF24-70mm',
      taken_at: '2024-05-06T07:08:09+02:00',
      gps: { latitude: -33.856667, longitude: 151.21 },
    });
  });

  it('prefixes the maker where the model lacks it, and has local time where the offset is unknown', async () => {
    const exif = await withExif({
      IFD0: { Make: 'NIKON CORPORATION', Model: 'D850' },
      IFD2: { DateTimeOriginal: '2020:01:02 03:04:05' },
    });
    expect(exif).toEqual({
      orientation: 1,
      camera: 'NIKON CORPORATION D850',
      taken_at: '2020-01-02T03:04:05',
    });
  });

  it('is empty without a block or without sensible values in it', async () => {
    expect(await withExif({ IFD0: { Make: ' \t ' }, IFD2: { DateTimeOriginal: 'yesterday' } })).toEqual({
      orientation: 1,
    });
    expect(exifOf(undefined, undefined)).toEqual({});
    expect(exifOf(undefined, 9)).toEqual({});
  });

  it.each([
    ['2024:02:29 07:08:09\0\0', '2024-02-29T07:08:09'],
    ['2024:02:29 07:08:09', '2024-02-29T07:08:09'],
    ['2024:02:29 07:08:09 \0', '2024-02-29T07:08:09'],
    ['0000:00:00 00:00:00\0', undefined],
    ['2024:13:01 00:00:00\0', undefined],
    ['2024:00:01 00:00:00\0', undefined],
    ['2024:02:30 00:00:00\0', undefined],
    ['2023:02:29 00:00:00\0', undefined],
    ['2024:02:29 24:00:00\0', undefined],
    ['2024:02:29 23:60:00\0', undefined],
    ['    :  :     :  :  \0', undefined],
  ])('has the time of %j, if there is such a day and hour', (text, taken) => {
    expect(exifOf(takenAt(Buffer.from(text, 'latin1')), 1).taken_at).toBe(taken);
  });

  it('does not fail on a broken block', () => {
    const block = fc
      .uint8Array({ maxLength: 300 })
      .map((tail) => Buffer.concat([Buffer.from('MM\0\x2a\0\0\0\x08'), tail]));
    fc.assert(
      fc.property(fc.oneof(block, fc.uint8Array()), (bytes) => {
        expect(exifOf(bytes, 1).orientation).toBe(1);
      }),
    );
  });
});
