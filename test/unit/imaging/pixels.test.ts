import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { bytesOfFloats } from '#shared/imaging/float-samples.ts';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { photograph } from '../../fixtures/photographs.ts';
import * as tiff from '../../hostile/build/tiff.ts';

const imaging = sharpImaging();
const small = sharp(photograph('nagasaki-boats')).resize(64, 48, { fit: 'fill' });
const pixels = await small.clone().removeAlpha().raw().toBuffer();
const grey = await small.clone().greyscale().raw().toBuffer();
const read = async (file: Buffer) => (await decodeImage(file)).raster;

/** Makes a TIFF of floating point from bytes. */
function floats(samples: Buffer, channels: 1 | 3, value: (byte: number) => number): Buffer {
  const data = Buffer.from(Float32Array.from(samples, value).buffer);
  const layout = { width: 64, height: 48, length: data.length, bits: 32, samples: channels };
  const format = tiff.entry(339, tiff.TYPES.short, 1, 3); // SampleFormat: IEEE
  const at = tiff.restAt(tiff.imageEntries({ ...layout, at: 0 }).length + 1);
  return tiff.tiff([...tiff.imageEntries({ ...layout, at }), format], data);
}

/** Draws a ring of 128 pixels on transparency. */
function glyph(red: number, green: number, blue: number): Promise<Buffer> {
  const data = Buffer.alloc(4 * 128 * 128);
  for (let pixel = 0; pixel < 128 * 128; pixel++) {
    const radius = Math.hypot((pixel % 128) - 64, Math.floor(pixel / 128) - 64);
    if (Math.abs(radius - 40) < 7) data.set([red, green, blue, 255], 4 * pixel);
  }
  return sharp(data, { raw: { width: 128, height: 128, channels: 4 } })
    .png()
    .toBuffer();
}

describe('a TIFF of floating point', () => {
  it('looks like its picture if its samples are 0 to 1', async () => {
    expect(
      bytesOfFloats(
        Float32Array.from(pixels, (byte) => byte / 255),
        3,
      ),
    ).toEqual(new Uint8Array(pixels));
    const grown = bytesOfFloats(
      Float32Array.from(grey, (byte) => byte / 255),
      1,
    );
    expect(grown).toEqual(new Uint8Array([...grey].flatMap((byte) => [byte, byte, byte])));
  });

  it('is decoded to those samples, RGB and grey', async () => {
    const expected = [...grey].flatMap((byte) => [byte, byte, byte]);
    expect([...(await read(floats(grey, 1, (byte) => byte / 255))).data]).toEqual(expected);
    expect([...(await read(floats(pixels, 3, (byte) => byte / 255))).data]).toEqual([...pixels]);
  });

  it('has its own range if its samples go beyond', () => {
    const wide = bytesOfFloats(Float32Array.from([-2, 0, 6, Number.NaN, 6, Number.POSITIVE_INFINITY]), 3);
    expect([...wide]).toEqual([0, 64, 255, 0, 255, 255]);
  });
});

describe('a transparent image', () => {
  it.each([
    ['white', [255, 255, 255], 64],
    ['nearly white', [244, 244, 244], 64],
    ['black', [0, 0, 0], 255],
    ['red', [192, 48, 32], 255],
  ] as const)('of %s lies on the ground that keeps more detail', async (_, [red, green, blue], ground) => {
    const { data } = await read(await glyph(red, green, blue));
    expect([...data.subarray(0, 3)]).toEqual([ground, ground, ground]);
  });

  it('has the pixels that libvips lays on that ground', async () => {
    const translucent = await small.clone().ensureAlpha(0.6).png().toBuffer();
    const flat = await sharp(translucent).flatten({ background: '#ffffff' }).raw().toBuffer();
    expect(Buffer.from((await read(translucent)).data)).toEqual(flat);
  });

  it('is the same if it is asked with and if it is stored', async () => {
    const file = await glyph(255, 255, 255);
    const { raster } = await decodeImage(file);
    expect((await imaging.read(file)).pixelHash).toBe(imaging.pixelHash(raster));
    const larger = await sharp(file).resize(256).webp({ lossless: true }).toBuffer();
    expect([...(await read(larger)).data.subarray(0, 3)]).toEqual([64, 64, 64]);
  });
});
