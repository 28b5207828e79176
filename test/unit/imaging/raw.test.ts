import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { bytes, u32be, u32le } from '../../hostile/build/bytes.ts';
import { segment, withSegments } from '../../hostile/build/jpeg.ts';
import { directory, directorySize, type Entry, entry, TYPES } from '../../hostile/build/tiff.ts';

const imaging = sharpImaging();
const picture = (width: number) => sharp(photograph('nagasaki-boats')).resize({ width }).jpeg().toBuffer();
const [large, medium, small] = await Promise.all([640, 512, 160].map(picture));
/** A frame of sensor samples, which a decoder of photographs does not read. */
const lossless = bytes(0xff, 0xd8, segment(0xc3, bytes(14, 0x20, 0, 0x20, 0, 1, 1, 0x11, 0)), 0xff, 0xd9);
const pixelsOf = async (file: Buffer) => imaging.pixelHash((await decodeImage(file)).raster);
const FIRST = 8;

/** Makes a RAW file: previews in the first directory and in its sub-directories; `dng` has the version of DNG. */
function raw(previews: readonly Buffer[], { start = 'II*\0', dng = true, orientation = 1 } = {}): Buffer {
  const versions = dng ? [entry(50_706, TYPES.byte, 4, 0x0401)] : [];
  const first = 2 + versions.length;
  const subSize = directorySize(3);
  const subAt = FIRST + directorySize(first);
  const listAt = subAt + subSize * previews.length;
  const dataAt = listAt + 4 * previews.length;
  const offset = (index: number) =>
    dataAt + previews.slice(0, index).reduce((sum, one) => sum + one.length, 0);
  const subs = previews.map((one, index) =>
    directory([
      entry(259, TYPES.short, 1, 7),
      entry(273, TYPES.long, 1, offset(index)),
      entry(279, TYPES.long, 1, one.length),
    ]),
  );
  const list = previews.map((_, index) => subAt + index * subSize);
  const entries: Entry[] = [
    entry(274, TYPES.short, 1, orientation),
    entry(330, TYPES.long, previews.length, previews.length === 1 ? subAt : listAt),
    ...versions,
  ];
  return bytes(start, u32le(FIRST), directory(entries), ...subs, ...list.map(u32le), ...previews);
}

describe('a RAW file', () => {
  it('is its largest preview, with a warning', async () => {
    const file = raw([small, lossless, large, medium].map((one) => one ?? Buffer.alloc(0)));
    const { raster, ...read } = await decodeImage(file, 'image/dng');
    expect(read).toMatchObject({ format: 'raw', warnings: [{ code: 'preview_only' }] });
    expect(imaging.pixelHash(raster)).toBe(await pixelsOf(large ?? file));
  });

  it('is turned as the RAW file says', async () => {
    const { raster, exif } = await decodeImage(raw([large ?? Buffer.alloc(0)], { orientation: 6 }));
    expect(raster.height).toBe(640);
    expect(exif).toMatchObject({ orientation: 6 });
  });

  it('is read with the numbers of Olympus and Panasonic, and of Fujifilm', async () => {
    const preview = medium ?? Buffer.alloc(0);
    const fujifilm = Buffer.concat([
      Buffer.from('FUJIFILMCCD-RAW '.padEnd(84, '0'), 'latin1'),
      u32be(100),
      u32be(preview.length),
      Buffer.alloc(8),
      preview,
    ]);
    for (const file of [raw([preview], { start: 'IIRO', dng: false }), fujifilm])
      expect(await pixelsOf(file)).toBe(await pixelsOf(preview));
  });

  it('keeps the orientation of a preview that has its own', async () => {
    const block = bytes('II*\0', u32le(8), directory([entry(274, TYPES.short, 1, 1)]));
    const own = withSegments(large ?? Buffer.alloc(0), segment(0xe1, bytes('Exif\0\0', block)));
    expect((await decodeImage(raw([own], { orientation: 6 }))).raster.width).toBe(640);
  });

  it.each([
    ['without a preview', [lossless]],
    ['with a small preview', [small ?? lossless]],
  ] as const)('is refused with what to send instead: %s', async (_, previews) => {
    await expect(decodeImage(raw(previews))).rejects.toMatchObject({
      code: 'unsupported_media_type',
      message: expect.stringMatching(/RAW file without a preview.*Send it as JPEG/),
    });
  });

  it('is refused if its directories lead in circles, or beyond the end', async () => {
    const circle = bytes('II*\0', u32le(8), directory([entry(50_706, TYPES.byte, 4, 0x0401)], 8));
    await expect(decodeImage(circle)).rejects.toMatchObject({ code: 'unsupported_media_type' });
    const file = raw([large ?? lossless]);
    await expect(decodeImage(file.subarray(0, 4000))).rejects.toMatchObject({ code: 'truncated' });
  });
});
