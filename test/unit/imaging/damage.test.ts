import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { bytes } from '../../hostile/build/bytes.ts';
import * as tiff from '../../hostile/build/tiff.ts';

const imaging = sharpImaging();
const small = sharp(photograph('nagasaki-boats')).resize(320, 256, { fit: 'fill' });
const baseline = await small.clone().jpeg({ mozjpeg: false }).toBuffer();
const progressive = await small.clone().jpeg({ progressive: true }).toBuffer();
const gif = await small.clone().gif().toBuffer();
const png = await small.clone().png().toBuffer();
/** 192 × 128 pixels with a restart marker every four blocks, written by Pillow: libjpeg-turbo as sharp has it writes none. */
const restarts = readFileSync(new URL('../../fixtures/jpeg/restart-markers.jpg', import.meta.url));
const EOI = bytes(0xff, 0xd9);

const read = async (file: Buffer) => {
  const { raster, warnings } = await decodeImage(file);
  return { pixels: imaging.pixelHash(raster), warnings };
};
const pixelsOf = async (file: Buffer) => (await read(file)).pixels;
const oddly = (detail: string) => [{ code: 'decoder_warning', detail: expect.stringContaining(detail) }];
const insertBefore = (file: Buffer, marker: readonly number[], inserted: Uint8Array): Buffer => {
  const at = file.indexOf(Buffer.from(marker));
  return bytes(file.subarray(0, at), inserted, file.subarray(at));
};
const share = (file: Buffer, of: number) => file.subarray(0, Math.round(file.length * of));

describe('a file whose picture is whole', () => {
  it('is taken with the decoder’s warning: a JPEG with odd scan parameters', async () => {
    const odd = Buffer.from(baseline);
    const scan = odd.indexOf(Buffer.from([0xff, 0xda]));
    odd[scan + 2 + odd.readUInt16BE(scan + 2) - 2] = 0; // the last coefficient: 0 instead of 63
    expect(await read(odd)).toEqual({
      pixels: await pixelsOf(baseline),
      warnings: oddly('Invalid SOS parameters'),
    });
  });

  it('is taken: a JPEG with padding between its segments', async () => {
    for (const padding of [Buffer.alloc(7), Buffer.alloc(5, 0xff), bytes(0, 0xff, 0, 0x42)]) {
      expect(await pixelsOf(insertBefore(baseline, [0xff, 0xc0], padding))).toBe(await pixelsOf(baseline));
    }
  });

  it('is taken with the decoder’s warning: a JPEG with stray bytes before a restart marker', async () => {
    const odd = insertBefore(restarts, [0xff, 0xd2], bytes(0, 0, 0));
    expect(await read(odd)).toEqual({
      pixels: await pixelsOf(restarts),
      warnings: oddly('3 extraneous bytes'),
    });
  });

  it.each([
    ['a baseline JPEG', baseline.subarray(0, -2), baseline],
    ['a progressive JPEG', progressive.subarray(0, -2), progressive],
    ['half of a marker', baseline.subarray(0, -1), baseline],
    ['a GIF', gif.subarray(0, -1), gif],
    ['a PNG', png.subarray(0, -12), png],
  ] as const)('is taken without its end marker: %s', async (_, cut, whole) => {
    expect(await read(whole)).toMatchObject({ warnings: [] });
    expect(await read(cut)).toEqual({ pixels: await pixelsOf(whole), warnings: oddly('end marker') });
  });

  it('is taken: a TIFF with a private tag beyond its end', async () => {
    const plain = tiff.withTags(() => [], Buffer.alloc(0));
    const odd = tiff.withTags(
      (at) => [tiff.entry(40_000, tiff.TYPES.byte, 1000, at + 1_000_000)],
      Buffer.alloc(0),
    );
    expect(await read(odd)).toEqual({ pixels: await pixelsOf(plain), warnings: [] });
  });

  it('is taken with a warning: a TIFF whose strip claims bytes beyond its end', async () => {
    const file = await small.clone().tiff({ compression: 'lzw' }).toBuffer();
    const lengths = entryOf(file, 279);
    const offsets = entryOf(file, 273);
    const last = lengths.count - 1;
    const odd = Buffer.from(file);
    if (lengths.count === 1) odd.writeUInt32LE(10_000_000, lengths.at);
    else odd.writeUInt32LE(10_000_000, odd.readUInt32LE(lengths.at) + 4 * last);
    expect(offsets.count).toBe(lengths.count);
    expect(await read(odd)).toEqual({ pixels: await pixelsOf(file), warnings: oddly('before its end') });
  });
});

describe('a file that has lost picture', () => {
  it.each([
    ['a baseline JPEG', baseline],
    ['a PNG', png],
  ] as const)('is refused with how much: %s', async (_, whole) => {
    for (const kept of [0.5, 0.8]) {
      const error = await decodeImage(share(whole, kept)).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'truncated',
        message: expect.stringMatching(/About \d+ % of the picture/),
      });
      const lost = Number(/About (\d+) %/.exec(String(error))?.[1]);
      expect(Math.abs(lost - 100 * (1 - kept)), `${lost} % of ${kept}`).toBeLessThan(20);
    }
  });

  it('is refused: a GIF, and a progressive JPEG, of which scans are missing', async () => {
    await expect(decodeImage(share(gif, 0.7))).rejects.toMatchObject({ code: 'truncated' });
    await expect(decodeImage(share(progressive, 0.7))).rejects.toMatchObject({ code: 'truncated' });
  });

  it('is refused although an end marker was appended', async () => {
    for (const whole of [baseline, progressive]) {
      await expect(decodeImage(bytes(share(whole, 0.6), EOI))).rejects.toMatchObject({
        code: 'unreadable_image',
      });
    }
  });

  it('is refused: a JPEG whose data are damaged', async () => {
    const damaged = Buffer.from(baseline);
    damaged.fill(0xff, damaged.length >> 1, (damaged.length >> 1) + 40);
    await expect(decodeImage(damaged)).rejects.toMatchObject({
      code: 'unreadable_image',
      message: expect.stringContaining('of the picture'),
    });
  });
});

/** Finds an entry of the first directory of a little-endian TIFF. */
function entryOf(file: Buffer, tag: number): { count: number; at: number } {
  const start = file.readUInt32LE(4);
  for (let index = 0; index < file.readUInt16LE(start); index++) {
    const at = start + 2 + 12 * index;
    if (file.readUInt16LE(at) === tag) return { count: file.readUInt32LE(at + 4), at: at + 8 };
  }
  throw new Error(`The file has no tag ${tag}.`);
}
