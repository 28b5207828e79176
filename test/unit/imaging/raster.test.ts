import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Raster } from '#shared/imaging/raster.ts';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { crop } from '#shared/imaging/sharp-raster.ts';
import { photograph } from '../../fixtures/photographs.ts';

const imaging = sharpImaging();
const upright = await sharp(photograph('locomotion-house-cat'))
  .resize(160, 100, { fit: 'fill' })
  .png()
  .toBuffer();
const rasterOf = async (bytes: Uint8Array) => (await decodeImage(bytes)).raster;

/** Stores an upright image as a camera does for each EXIF orientation. */
const STORED: Record<number, (source: Buffer) => Promise<Buffer>> = {
  1: async (source) => source,
  2: (source) => sharp(source).flop().png().toBuffer(),
  3: (source) => sharp(source).rotate(180).png().toBuffer(),
  4: (source) => sharp(source).flip().png().toBuffer(),
  5: async (source) =>
    sharp(await sharp(source).rotate(90).png().toBuffer())
      .flop()
      .png()
      .toBuffer(),
  6: (source) => sharp(source).rotate(270).png().toBuffer(),
  7: async (source) =>
    sharp(await sharp(source).rotate(90).png().toBuffer())
      .flip()
      .png()
      .toBuffer(),
  8: (source) => sharp(source).rotate(90).png().toBuffer(),
};

/** Returns the mean difference of two rasters' values, in levels of 255. */
function difference(one: Raster, other: Raster): number {
  expect([one.width, one.height]).toEqual([other.width, other.height]);
  return (
    one.data.reduce((sum, value, at) => sum + Math.abs(value - (other.data[at] ?? 0)), 0) / one.data.length
  );
}

describe('the raster', () => {
  it.each(Object.entries(STORED))(
    'is turned upright once for EXIF orientation %s',
    async (orientation, store) => {
      const stored = await sharp(await store(upright))
        .withMetadata({ orientation: Number(orientation) })
        .png()
        .toBuffer();
      const { raster, exif } = await decodeImage(stored);
      expect(exif.orientation).toBe(Number(orientation));
      expect(imaging.pixelHash(raster)).toBe(imaging.pixelHash(await rasterOf(upright)));
    },
  );

  it('is sRGB for any profile, depth or colour model', async () => {
    const original = await rasterOf(upright);
    const wide = await sharp(upright).withIccProfile('p3').png().toBuffer();
    const deep = await sharp(upright).toColourspace('rgb16').png().toBuffer();
    const printed = await sharp(upright).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(wide).metadata()).hasProfile).toBe(true);
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect((await sharp(printed).metadata()).space).toBe('cmyk');
    expect(difference(await rasterOf(wide), original)).toBeLessThan(2);
    expect(difference(await rasterOf(deep), original)).toBeLessThan(1);
    expect(difference(await rasterOf(printed), original)).toBeLessThan(12); // the CMYK gamut is smaller
  });

  it('has three channels for a grey image, and white where it was transparent', async () => {
    const grey = await sharp(upright).greyscale().toColourspace('b-w').ensureAlpha(0.5).png().toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(2);
    const { width, height, data } = await rasterOf(grey);
    expect(data).toHaveLength(width * height * 3);
    expect(Math.min(...data)).toBeGreaterThanOrEqual(127);
    expect(data[0]).toBe(data[1]);
  });

  it('is on grey where a white symbol cannot be seen on white', async () => {
    const background = { r: 255, g: 255, b: 255, alpha: 1 };
    const bar = await sharp({ create: { width: 30, height: 80, channels: 4, background } })
      .png()
      .toBuffer();
    const clear = { r: 255, g: 255, b: 255, alpha: 0 };
    const symbol = await sharp({ create: { width: 100, height: 100, channels: 4, background: clear } })
      .composite([{ input: bar, left: 35, top: 10 }])
      .png()
      .toBuffer();
    const { data } = await rasterOf(symbol);
    expect([...data.subarray(0, 3)]).toEqual([64, 64, 64]);
    expect(data[3 * (50 * 100 + 50)]).toBe(255);
  });

  it('has thumbnails within their square, not enlarged', async () => {
    const { thumbnails } = await imaging.read(photograph('nagasaki-boats'), { thumbnailSizes: [1024, 256] });
    expect(thumbnails).toMatchObject([
      { size: 1024, width: 1024, height: 819 },
      { size: 256, width: 256, height: 205 },
    ]);
    const { thumbnails: whole } = await imaging.read(upright, { thumbnailSizes: [256] });
    expect(whole).toMatchObject([{ width: 160, height: 100 }]);
    const small = await sharp(thumbnails[1]?.bytes).metadata();
    expect(small).toMatchObject({ format: 'webp', width: 256, height: 205 });
    expect(small.exif).toBeUndefined();
  });

  it('is cropped to regions inside the image, for any region asked for', async () => {
    const raster = await rasterOf(upright);
    expect(await crop(raster, { x: 0.25, y: 0.5, width: 0.5, height: 0.5 })).toMatchObject({
      width: 80,
      height: 50,
    });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(share, share, share, share, async (x, y, width, height) => {
        const part = await crop(raster, { x, y, width, height });
        expect(part.data).toHaveLength(part.width * part.height * 3);
        expect(Math.abs(part.width - Math.min(width, 1 - x) * 160)).toBeLessThanOrEqual(1.001);
      }),
      { numRuns: 40 },
    );
  });
});
