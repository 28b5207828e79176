import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { edits } from '../../fixtures/edits.ts';
import { PHOTOGRAPHS, type PhotographName, photograph } from '../../fixtures/photographs.ts';

const imaging = sharpImaging();
const hashOf = async (bytes: Uint8Array) =>
  imaging.perceptualHash(await imaging.modelImage((await imaging.read(bytes)).raster));
const distance = (one: string, other: string) =>
  (BigInt(`0x${one}`) ^ BigInt(`0x${other}`)).toString(2).replaceAll('0', '').length;
const pixelHash = async (bytes: Uint8Array) => imaging.pixelHash((await imaging.read(bytes)).raster);

describe('the perceptual hash', () => {
  it.each(PHOTOGRAPHS)('of %s stays under compression, size, colour and focus', async (name) => {
    const picture = await sharp(photograph(name))
      .resize({ width: 400 })
      .png({ compressionLevel: 1 })
      .toBuffer();
    const original = await hashOf(picture);
    expect(original).toMatch(/^[0-9a-f]{16}$/);
    for (const edit of ['jpeg20', 'resize25', 'grey', 'tint', 'blur', 'brightness'] as const) {
      expect(distance(original, await hashOf(await edits[edit](picture)))).toBeLessThanOrEqual(6);
    }
  });

  it('is the same of a picture and of its model picture', async () => {
    const { raster } = await imaging.read(photograph('dust-bowl-home'));
    const picture = await imaging.modelImage(raster);
    expect(await imaging.perceptualHash(raster)).toBe(await imaging.perceptualHash(picture));
  });

  it('is half ones, and far apart for different pictures', async () => {
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

  it('is another one after any edit, and for other dimensions of the same bytes', async () => {
    const png = await small.clone().png().toBuffer();
    const hash = await pixelHash(png);
    for (const edit of Object.values(edits)) expect(await pixelHash(await edit(png))).not.toBe(hash);
    const data = new Uint8Array(24 * 3);
    expect(imaging.pixelHash({ width: 6, height: 4, data })).not.toBe(
      imaging.pixelHash({ width: 4, height: 6, data }),
    );
  });
});
