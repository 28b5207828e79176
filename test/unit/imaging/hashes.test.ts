import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { edits } from '../../fixtures/edits.ts';
import { PHOTOGRAPHS, type PhotographName, photograph } from '../../fixtures/photographs.ts';

const imaging = sharpImaging();
const hashOf = async (bytes: Uint8Array) =>
  imaging.perceptualHash(await imaging.modelImage((await decodeImage(bytes)).raster));
const distance = (one: string, other: string) =>
  (BigInt(`0x${one}`) ^ BigInt(`0x${other}`)).toString(2).replaceAll('0', '').length;
const pixelHash = async (bytes: Uint8Array) => imaging.pixelHash((await decodeImage(bytes)).raster);

describe('the perceptual hash', () => {
  it.each(PHOTOGRAPHS)('of %s survives changes of compression, size, colour and focus', async (name) => {
    const image = await sharp(photograph(name))
      .resize({ width: 400 })
      .png({ compressionLevel: 1 })
      .toBuffer();
    const original = await hashOf(image);
    expect(original).toMatch(/^[0-9a-f]{16}$/);
    for (const edit of ['jpeg20', 'resize25', 'grey', 'tint', 'blur', 'brightness'] as const) {
      expect(distance(original, await hashOf(await edits[edit](image)))).toBeLessThanOrEqual(6);
    }
  });

  it('is the same of an image and of its model image', async () => {
    const { raster } = await decodeImage(photograph('dust-bowl-home'));
    const image = await imaging.modelImage(raster);
    expect(await imaging.perceptualHash(raster)).toBe(await imaging.perceptualHash(image));
  });

  it('has as many ones as zeros, and differs much between different images', async () => {
    const hashes = await Promise.all(PHOTOGRAPHS.map((name) => hashOf(photograph(name))));
    for (const [index, one] of hashes.entries()) {
      expect(distance(one, '0'.repeat(16))).toBe(32);
      for (const other of hashes.slice(index + 1)) expect(distance(one, other)).toBeGreaterThanOrEqual(16);
    }
  });
});

describe('the pixel hash', () => {
  const name: PhotographName = 'allium-oreophilum';
  const small = sharp(photograph(name)).resize({ width: 120 });

  it('is the same for the same pixels in two lossless files', async () => {
    const png = await small.clone().png().toBuffer();
    const webp = await small.clone().webp({ lossless: true }).toBuffer();
    expect(await pixelHash(png)).toBe(await pixelHash(webp));
  });

  it('changes with any edit, and with the dimensions of the same bytes', async () => {
    const png = await small.clone().png().toBuffer();
    const hash = await pixelHash(png);
    for (const edit of Object.values(edits)) expect(await pixelHash(await edit(png))).not.toBe(hash);
    const data = new Uint8Array(24 * 3);
    expect(imaging.pixelHash({ width: 6, height: 4, data })).not.toBe(
      imaging.pixelHash({ width: 4, height: 6, data }),
    );
  });
});
