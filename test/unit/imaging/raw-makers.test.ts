import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { rawFile } from '../../fixtures/raw.ts';
import { bytes, u16le } from '../../hostile/build/bytes.ts';
import { segment } from '../../hostile/build/jpeg.ts';
import { noise } from '../../hostile/build/tiff.ts';

const imaging = sharpImaging();
const picture = (width: number) => sharp(photograph('nagasaki-boats')).resize({ width }).jpeg().toBuffer();
const [large, thumbnail] = await Promise.all([800, 160].map(picture));
const preview = large ?? Buffer.alloc(0);
const small = thumbnail ?? Buffer.alloc(0);
/** The samples of the sensor: as lossless JPEG, and as a maker's own coding. */
const lossless = bytes(0xff, 0xd8, segment(0xc3, bytes(14, 0x20, 0, 0x20, 0, 1, 1, 0x11, 0)), noise(60_000));
const samples = noise(60_000);
/** A small copy without compression: what a decoder of TIFF takes for the picture. */
const [COPY_WIDTH, COPY_HEIGHT] = [160, 120] as const;
const copy = noise(3 * COPY_WIDTH * COPY_HEIGHT);
const copyFields = [
  [254, 1],
  [256, COPY_WIDTH],
  [257, COPY_HEIGHT],
  [258, 8],
  [259, 1],
  [262, 2],
  [273, { at: copy }],
  [277, 3],
  [278, COPY_HEIGHT],
  [279, { lengthOf: copy }],
] as const;
const strips = (data: Buffer) => [[273, { at: data }] as const, [279, { lengthOf: data }] as const];
const interchange = (data: Buffer) => [[513, { at: data }] as const, [514, { lengthOf: data }] as const];
const [COLOUR_FILTER, Y_CB_CR] = [32_803, 6] as const;

/** Where makers place what they embed. */
const FILES: Readonly<Record<string, (orientation: number) => Buffer>> = {
  'DNG: a small copy first, the preview and the samples in sub-directories': (orientation) =>
    rawFile('II', {
      first: {
        fields: [
          ...copyFields,
          [274, orientation],
          [330, { directory: 'samples' }, { directory: 'preview' }],
          [50_706, 0x0401],
        ],
      },
      samples: { fields: [[254, 0], [259, 7], [262, COLOUR_FILTER], ...strips(lossless)] },
      preview: { fields: [[254, 1], [259, 7], [262, Y_CB_CR], ...strips(preview)] },
    }),
  'CR2: the preview first, a thumbnail second, the samples last': (orientation) =>
    rawFile(
      'II',
      {
        first: {
          fields: [[259, 6], ...strips(preview).slice(0, 1), [274, orientation], ...strips(preview).slice(1)],
          next: 'second',
        },
        second: { fields: interchange(small), next: 'third' },
        third: { fields: [[259, 6], [262, 2], ...strips(samples)], next: 'fourth' },
        fourth: { fields: [[259, 6], ...strips(lossless)] },
      },
      bytes('CR', 2, 0, u16le(0), u16le(0)),
    ),
  'NEF: a small copy first, the preview and the samples in sub-directories': (orientation) =>
    rawFile('MM', {
      first: {
        fields: [
          ...copyFields,
          [274, orientation],
          [330, { directory: 'preview' }, { directory: 'samples' }],
        ],
      },
      preview: { fields: [[254, 1], [259, 6], ...interchange(preview)] },
      samples: { fields: [[254, 0], [259, 34_713], [262, COLOUR_FILTER], ...strips(samples)] },
    }),
  'ARW: the preview first, a thumbnail second, the samples in a sub-directory': (orientation) =>
    rawFile('II', {
      first: {
        fields: [
          [254, 1],
          [259, 6],
          [274, orientation],
          [330, { directory: 'samples' }],
          ...interchange(preview),
        ],
        next: 'second',
      },
      samples: { fields: [[254, 0], [259, 32_767], [262, COLOUR_FILTER], ...strips(samples)] },
      second: { fields: [[259, 6], ...interchange(small)] },
    }),
  'PEF: a small copy first, the preview only in the maker’s own notes': (orientation) =>
    rawFile('MM', {
      first: {
        fields: [
          [259, 65_535],
          [262, COLOUR_FILTER],
          [273, { at: samples }],
          [274, orientation],
          [279, { lengthOf: samples }],
          [37_500, { at: preview }],
        ],
      },
    }),
};

describe('a RAW file, laid out as its maker does', () => {
  it.each(Object.entries(FILES))('is its preview: %s', async (_, make) => {
    const { raster, ...read } = await decodeImage(make(1), 'image/x-adobe-dng');
    expect(read).toMatchObject({ format: 'raw', warnings: [{ code: 'preview_only' }] });
    const expected = (await decodeImage(preview)).raster;
    expect(imaging.pixelHash(raster)).toBe(imaging.pixelHash(expected));
    const turned = await decodeImage(make(8));
    expect([turned.raster.width, turned.raster.height]).toEqual([expected.height, expected.width]);
  });

  it('is none if a TIFF only has the tag of print settings, which Sony’s RAW files have', async () => {
    const file = rawFile('II', { first: { fields: [...copyFields, [50_341, 0]] } });
    expect(await decodeImage(file, 'image/tiff')).toMatchObject({ format: 'tiff', warnings: [] });
  });
});
