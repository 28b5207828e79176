import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { type BmpLayout, bmp, packRow } from '../../hostile/build/bmp.ts';
import { bytes } from '../../hostile/build/bytes.ts';

sharpImaging(); // configures libvips
/** Odd, so that rows are padded. */
const [WIDTH, HEIGHT] = [61, 43] as const;
const photo = await sharp(photograph('nagasaki-boats'))
  .resize(WIDTH, HEIGHT, { fit: 'fill' })
  .removeAlpha()
  .raw()
  .toBuffer();
const read = async (file: Buffer) => (await decodeImage(file, 'image/bmp')).raster;
const grid = Array.from({ length: HEIGHT }, (_, y) =>
  Array.from({ length: WIDTH }, (_x, x) => y * WIDTH + x),
);
const channel = (pixel: number, which: number) => photo[3 * pixel + which] ?? 0;

/** Makes a BMP of the photograph: `value` of each pixel, rows from below. */
const made = (layout: Omit<BmpLayout, 'width' | 'height'>, value: (pixel: number) => number) => {
  const rows = grid.toReversed().map((row) => packRow(row.map(value), layout.bits));
  return bmp({ width: WIDTH, height: HEIGHT, ...layout }, bytes(...rows));
};
const packed = (widths: readonly number[]) => (pixel: number) =>
  widths.reduce((sum, bits, which) => sum * 2 ** bits + (channel(pixel, which) >> (8 - bits)), 0);
/** The colours of a palette of greys, and what the photograph looks like in them. */
const greys = (bits: number) =>
  Array.from({ length: 2 ** bits }, (_, index): [number, number, number] => {
    const grey = Math.round((255 * index) / (2 ** bits - 1));
    return [grey, grey, grey];
  });
const greyOf = (bits: number) => (pixel: number) => channel(pixel, 1) >> (8 - bits);
const inGreys = (bits: number) =>
  grid.flat().flatMap((pixel) => [...(greys(bits)[greyOf(bits)(pixel)] ?? [])]);

/** Run-length codes a row: runs of equal values, and one absolute run of three. */
function runs(row: readonly number[], perByte: 1 | 2): Buffer {
  const pack = (values: readonly number[]) =>
    perByte === 1 ? bytes(...values) : packRow(values, 4).subarray(0, Math.ceil(values.length / 2));
  const absolute = pack(row.slice(0, 3));
  const parts: Uint8Array[] = [bytes(0, 3, absolute, Buffer.alloc(absolute.length & 1))];
  for (const value of row.slice(3)) parts.push(bytes(1, perByte === 1 ? value : value << 4));
  return bytes(...parts, 0, 0);
}

describe('a BMP', () => {
  it.each([
    ['24 bits', { bits: 24 }],
    ['24 bits from above', { bits: 24, height: -HEIGHT }],
    ['24 bits with a gap before its pixels', { bits: 24, gap: 30 }],
    ['24 bits of OS/2', { bits: 24, isCore: true }],
    ['32 bits', { bits: 32 }],
    [
      '32 bits whose alpha is 0 everywhere',
      { bits: 32, compression: 3, masks: [0xff0000, 0xff00, 0xff, 0xff000000] },
    ],
  ] as const)('has its pixels: %s', async (_, layout) => {
    const file =
      'height' in layout
        ? bmp(
            { width: WIDTH, ...layout },
            bytes(...grid.map((row) => packRow(row.map(packed([8, 8, 8])), 24))),
          )
        : made(layout, packed([8, 8, 8]));
    const raster = await read(file);
    expect(raster).toMatchObject({ width: WIDTH, height: HEIGHT });
    expect(Buffer.from(raster.data)).toEqual(photo);
  });

  it.each([1, 4, 8])('has the colours of its palette: %d bits', async (bits) => {
    const file = made({ bits, palette: greys(bits) }, greyOf(bits));
    expect([...(await read(file)).data]).toEqual(inGreys(bits));
    const core = made({ bits, palette: greys(bits), isCore: true }, greyOf(bits));
    expect([...(await read(core)).data]).toEqual(inGreys(bits));
  });

  it.each([
    ['5 bits each', [5, 5, 5], undefined],
    ['5, 6 and 5 bits', [5, 6, 5], [0xf800, 0x07e0, 0x001f]],
  ] as const)('has 16 bits a pixel: %s', async (_, widths, masks) => {
    const file = made({ bits: 16, ...(masks && { compression: 3, masks }) }, packed(widths));
    const expected = grid
      .flat()
      .flatMap((pixel) =>
        widths.map((bits, which) =>
          Math.round((255 * (channel(pixel, which) >> (8 - bits))) / (2 ** bits - 1)),
        ),
      );
    expect([...(await read(file)).data]).toEqual(expected);
  });

  it.each([
    [8, 1],
    [4, 2],
  ] as const)('is unpacked from runs of %d bits', async (bits, compression) => {
    const rows = grid.toReversed().map((row) => runs(row.map(greyOf(bits)), bits === 8 ? 1 : 2));
    const file = bmp(
      { width: WIDTH, height: HEIGHT, bits, compression, palette: greys(bits) },
      bytes(...rows, 0, 1),
    );
    expect([...(await read(file)).data]).toEqual(inGreys(bits));
  });

  it('lies on a ground where its alpha says so', async () => {
    const alpha = { bits: 32, compression: 3, masks: [0xff0000, 0xff00, 0xff, 0xff000000] };
    const file = made(alpha, (pixel) => packed([8, 8, 8])(pixel) + (pixel % 2) * 2 ** 24 * 255);
    expect([...(await read(file)).data.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect([...(await read(file)).data.subarray(3, 6)]).toEqual([...photo.subarray(3, 6)]);
  });

  it('is refused with how much is lost if rows are missing', async () => {
    const file = made({ bits: 24 }, packed([8, 8, 8]));
    await expect(read(file.subarray(0, file.length / 2))).rejects.toMatchObject({
      code: 'truncated',
      message: expect.stringMatching(/About 5\d % of the picture/),
    });
    await expect(read(file.subarray(0, 30))).rejects.toMatchObject({ code: 'truncated' });
  });

  it('is refused by its header if it has too many pixels, or is coded otherwise', async () => {
    const bomb = (width: number, height: number, bits: number, compression = 0) =>
      read(
        bmp({ width, height, bits, compression, palette: bits > 8 ? [] : greys(bits) }, Buffer.alloc(100)),
      );
    await expect(bomb(60_000, 60_000, 8, 1)).rejects.toMatchObject({ code: 'too_many_pixels' });
    await expect(bomb(9_000, 9_000, 4, 2)).rejects.toMatchObject({ code: 'too_many_pixels' });
    for (const [bits, compression] of [
      [24, 4],
      [24, 1],
      [7, 0],
    ] as const) {
      await expect(bomb(64, 64, bits, compression)).rejects.toMatchObject({ code: 'unreadable_image' });
    }
  });
});
