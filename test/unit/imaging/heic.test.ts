import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { tiffOf } from '#shared/imaging/pixels-as-tiff.ts';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import {
  grid,
  heic,
  mirror,
  profile,
  region,
  rotation,
  secondIsPrimary,
  withProperties,
} from '../../fixtures/heic.ts';
import { camera } from '../../hostile/build/exif.ts';

const imaging = sharpImaging();
const read = async (file: Buffer) => (await decodeImage(file, 'image/heic')).raster;

/** Returns the mean difference of two images of one size, of 255 levels. */
async function differenceOf(file: Buffer, expected: Sharp): Promise<number> {
  const { width, height, data } = await read(file);
  const other = await expected.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect({ width, height }).toEqual({ width: other.info.width, height: other.info.height });
  return data.reduce((sum, value, at) => sum + Math.abs(value - (other.data[at] ?? 0)), 0) / data.length;
}
/** The coding at quality 70 differs by 3 levels from its original. */
const CODING = 5;

describe('a HEIC', () => {
  it('looks like the photograph that it was made from, with 8 and with 10 bits', async () => {
    expect(await differenceOf(heic('eight-bit'), region())).toBeLessThan(CODING);
    expect(await differenceOf(heic('ten-bit'), region(320, 240))).toBeLessThan(CODING);
  });

  it.each([
    ['a quarter anticlockwise', [rotation(1)], (one: Sharp) => one.rotate(270)],
    ['a half', [rotation(2)], (one: Sharp) => one.rotate(180)],
    ['mirrored top to bottom', [mirror(0)], (one: Sharp) => one.flip()],
    ['mirrored left to right', [mirror(1)], (one: Sharp) => one.flop()],
  ] as const)('is turned as its properties say: %s', async (_, properties, turn) => {
    expect(await differenceOf(withProperties(properties), turn(region()))).toBeLessThan(CODING);
  });

  it('has the EXIF of its block, whose orientation is not applied a second time', async () => {
    const file = withProperties([rotation(3)], camera(Buffer.from('Apple\0')));
    expect((await decodeImage(file)).exif).toMatchObject({ camera: 'Apple' });
    const { raster } = await decodeImage(file);
    expect(imaging.pixelHash(raster)).toBe(imaging.pixelHash(await read(withProperties([rotation(3)]))));
  });

  it('is a grid of tiles', async () => {
    const row = await sharp(await region().png().toBuffer())
      .extend({ right: 512, extendWith: 'repeat' })
      .png()
      .toBuffer();
    expect(await differenceOf(grid(1, 2), sharp(row))).toBeLessThan(CODING);
  });

  it('is its primary image', async () => {
    expect(await differenceOf(secondIsPrimary(), region())).toBeLessThan(CODING);
  });

  it('has the colours of its profile', async () => {
    const { icc = Buffer.alloc(0) } = await sharp(
      await region().withIccProfile('p3').png().toBuffer(),
    ).metadata();
    const { data, width, height } = await read(withProperties([]));
    // The same samples in a format that libvips reads by itself.
    const samples = { raw: { width, height, channels: 3 } } as const;
    const tiff = tiffOf({ width, height, channels: 3, stride: 3 * width, data }, icc);
    expect(icc.length).toBeGreaterThan(100);
    const wide = await read(withProperties([profile(icc)]));
    expect(imaging.pixelHash(wide)).toBe(imaging.pixelHash((await decodeImage(tiff)).raster));
    const redder = await sharp(wide.data, samples).stats();
    expect(redder.channels).not.toEqual((await sharp(data, samples).stats()).channels);
  });

  it('lies on a ground where it is transparent', async () => {
    const { width, data } = await read(heic('alpha'));
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
    const inside = 3 * (120 * width + 160);
    const { data: photo } = await region(320, 240).raw().toBuffer({ resolveWithObject: true });
    expect(Math.abs((data[inside] ?? 0) - (photo[inside] ?? 0))).toBeLessThan(40);
  });

  it('has thumbnails as good as those of its JPEG', async () => {
    const jpeg = await region().jpeg({ quality: 95 }).toBuffer();
    const sizes = { thumbnailSizes: [256] };
    const [one, other] = await Promise.all([
      imaging.read(heic('eight-bit'), sizes),
      imaging.read(jpeg, sizes),
    ]);
    const [thumbnail, expected] = await Promise.all(
      [one, other].map(({ thumbnails }) => sharp(thumbnails[0]?.bytes).raw().toBuffer()),
    );
    const sum = thumbnail?.reduce((total, value, at) => total + Math.abs(value - (expected?.[at] ?? 0)), 0);
    expect((sum ?? 0) / (thumbnail?.length ?? 1)).toBeLessThan(4);
  });

  it.each([0.3, 0.6, 0.9])('is refused if it is cut at %d of its length', async (share) => {
    const file = heic('eight-bit');
    await expect(read(file.subarray(0, Math.round(file.length * share)))).rejects.toMatchObject({
      code: 'truncated',
    });
  });

  it('is refused with a stated code if its data are damaged', async () => {
    const file = heic('eight-bit');
    file.fill(0, file.length - 60_000, file.length - 40_000);
    const meta = heic('eight-bit');
    meta.write('free', meta.indexOf('hvcC', 0, 'latin1'), 'latin1');
    for (const damaged of [file, meta]) {
      const outcome = await read(damaged).then(
        () => 'read',
        (problem) => problem.code,
      );
      expect(['read', 'unreadable_image']).toContain(outcome);
    }
    await expect(read(meta)).rejects.toMatchObject({ code: 'unreadable_image' });
  });
});
