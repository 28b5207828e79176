import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { processImaging } from '#shared/imaging/process-imaging.ts';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { animatedGif, hostileImages } from '../../fixtures/hostile.ts';
import { photograph } from '../../fixtures/photographs.ts';

const photo = photograph('nagasaki-boats');
const { width, height } = await sharp(photo).metadata();
/** The right half. */
const region = { x: 0.5, y: 0, width: 0.5, height: 1 };
const hostile = await hostileImages();

describe.each([
  ['this process', sharpImaging],
  ['a process of its own', () => processImaging({ seconds: 20 })],
] as const)('imaging that reads in %s', (_, open) => {
  const imaging = open();

  it('returns the format, the size, EXIF, the model image and the hash of the pixels', async () => {
    const exif = { IFD0: { Make: 'Canon', Model: 'Canon EOS R5' } };
    const bytes = await sharp(photo).withExif(exif).jpeg().toBuffer();
    const { raster } = await decodeImage(bytes);
    const image = await imaging.read(bytes, { declaredType: 'image/jpeg' });
    expect(image).toMatchObject({ format: 'jpeg', width, height, exif: { camera: 'Canon EOS R5' } });
    expect(image.pixelHash).toBe(imaging.pixelHash(raster));
    expect(imaging.pixelHash(image.modelImage)).toBe(imaging.pixelHash(await imaging.modelImage(raster)));
    expect(image.thumbnails).toEqual([]);
  });

  it('returns thumbnails of the requested sizes', async () => {
    const { thumbnails } = await imaging.read(photo, { thumbnailSizes: [1024, 256] });
    for (const { size, bytes, ...measures } of thumbnails) {
      expect(Math.max(measures.width, measures.height)).toBe(size);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', ...measures });
    }
    expect(thumbnails.map(({ size }) => size)).toEqual([1024, 256]);
  });

  it('returns regions, and regions of them, from all pixels of the image', async () => {
    const image = await imaging.read(photo);
    const part = await image.part(region);
    expect(part).toMatchObject({ width: width / 2, height });
    const nested = await part.part(region);
    expect(nested).toMatchObject({ width: width / 4, height });
    const { raster } = await decodeImage(photo);
    const expected = await (await imaging.open(raster)).part(region).then((one) => one.part(region));
    expect(nested.pixelHash).toBe(expected.pixelHash);
    expect(imaging.pixelHash(nested.modelImage)).toBe(imaging.pixelHash(expected.modelImage));
  });

  it.each(hostile)('ends in the stated code: $name', async ({ bytes, contentType, expected }) => {
    const code = await imaging.read(bytes, { declaredType: contentType }).then(
      () => undefined,
      (problem) => problem.code,
    );
    expect(code).toBe(expected.code);
  });

  it('compares the declared type with the bytes', async () => {
    await expect(imaging.read(photo, { declaredType: 'text/html' })).rejects.toMatchObject({
      code: 'type_mismatch',
    });
    const { warnings } = await imaging.read(photo, { declaredType: 'image/png' });
    expect(warnings).toMatchObject([{ code: 'type_differs' }]);
  });

  it('returns the number of frames', async () => {
    await expect(imaging.read(await animatedGif())).resolves.toMatchObject({ frames: 3, warnings: [] });
  });

  it('reads several images at once', async () => {
    const names = ['dust-bowl-home', 'nagasaki-boats', 'acanthus-mollis'] as const;
    const read = await Promise.all(names.map((name) => imaging.read(photograph(name))));
    for (const [index, name] of names.entries()) {
      const { raster } = await decodeImage(photograph(name));
      expect(read[index]?.pixelHash).toBe(imaging.pixelHash(raster));
    }
  });
});
