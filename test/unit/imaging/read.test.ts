import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { heic } from '../../fixtures/heic.ts';
import { type HostileImage, hostileImages, polyglot } from '../../fixtures/hostile.ts';
import { photograph } from '../../fixtures/photographs.ts';

const imaging = sharpImaging();
const photo = photograph('french-alpine-landscape');
const small = sharp(photo).resize({ width: 200 });
const files = {
  jpeg: () => small.clone().jpeg().toBuffer(),
  png: () => small.clone().png().toBuffer(),
  webp: () => small.clone().webp().toBuffer(),
  gif: () => small.clone().gif().toBuffer(),
  tiff: () => small.clone().tiff({ compression: 'lzw' }).toBuffer(),
  avif: () => small.clone().avif({ effort: 0 }).toBuffer(),
};
const formats = Object.entries(files);

let hostile: HostileImage[];
beforeAll(async () => {
  hostile = await hostileImages();
});

describe('reading an image', () => {
  it.each(formats)('reads %s', async (format, make) => {
    const image = await decodeImage(await make(), `image/${format}`);
    expect(image).toMatchObject({ format, raster: { width: 200, height: 95 } });
    expect(image.raster.data).toHaveLength(200 * 95 * 3);
  });

  it.each(formats)('refuses a %s that is truncated anywhere', async (_, make) => {
    const bytes = await make();
    for (const share of [0.3, 0.6, 0.9]) {
      const cut = bytes.subarray(0, Math.round(bytes.length * share));
      await expect(decodeImage(cut)).rejects.toMatchObject({ code: 'truncated' });
    }
    // Of a PNG these bytes are of its end marker.
    if (bytes[0] !== 0x89)
      await expect(decodeImage(bytes.subarray(0, -3))).rejects.toMatchObject({ code: 'truncated' });
  });

  it.each(['jpeg', 'png', 'gif'] as const)('accepts a %s with bytes after its end', async (format) => {
    const bytes = Buffer.concat([await files[format](), Buffer.alloc(100, 7)]);
    await expect(decodeImage(bytes)).resolves.toMatchObject({ format });
  });

  it('ends every hostile image in its stated code within a second', async () => {
    for (const { name, bytes, contentType, expected } of hostile) {
      const started = performance.now();
      const code = await decodeImage(bytes, contentType).then(
        () => undefined,
        (problem) => problem.code,
      );
      expect({ name, code }).toEqual({ name, code: expected.code });
      expect(performance.now() - started).toBeLessThan(1000);
    }
  });

  it('refuses a decompression bomb by its header, without decoding a pixel', async () => {
    const bomb = hostile.find(({ name }) => name === 'bomb.png');
    const before = process.memoryUsage().rss;
    const started = performance.now();
    await expect(decodeImage(bomb?.bytes ?? Buffer.alloc(0))).rejects.toMatchObject({
      code: 'too_many_pixels',
    });
    expect(performance.now() - started).toBeLessThan(200);
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });

  it('compares the declared type with the bytes, by every name that clients use', async () => {
    const [jpeg, avif] = await Promise.all([files.jpeg(), files.avif()]);
    for (const type of [
      'image/jpeg',
      'image/jpg',
      'IMAGE/JPEG; q=1',
      'application/octet-stream',
      '',
      undefined,
    ]) {
      await expect(decodeImage(jpeg, type)).resolves.toMatchObject({ format: 'jpeg', warnings: [] });
    }
    for (const [bytes, type, format] of [
      [jpeg, 'image/png', 'jpeg'],
      [avif, 'image/heic', 'avif'],
    ] as const) {
      const { warnings, ...image } = await decodeImage(bytes, type);
      expect(image.format).toBe(format);
      expect(warnings).toMatchObject([{ code: 'type_differs', detail: expect.stringContaining(type) }]);
    }
    await expect(decodeImage(jpeg, 'text/html')).rejects.toMatchObject({ code: 'type_mismatch' });
  });

  it('accepts image/heif for HEIC', async () => {
    await expect(decodeImage(heic('eight-bit'), 'image/heif')).resolves.toMatchObject({ format: 'heic' });
    const box = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08free', 'latin1');
    await expect(decodeImage(box, 'image/heif')).rejects.toMatchObject({ code: 'unreadable_image' });
  });

  it('refuses other kinds of file whatever type is declared', async () => {
    for (const text of [
      '%PDF-1.7\n',
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'PK\x03\x04',
      '<!doctype html>',
    ]) {
      await expect(decodeImage(Buffer.from(text), 'image/jpeg')).rejects.toMatchObject({
        code: 'unsupported_media_type',
      });
    }
  });

  it('refuses images without detail', async () => {
    const tiny = await small
      .clone()
      .resize(200, IMAGE_LIMITS.minSide - 1, { fit: 'fill' })
      .png()
      .toBuffer();
    const grey = await sharp(await flat(300, 200, '#808080'))
      .jpeg({ quality: 60 })
      .toBuffer();
    for (const bytes of [tiny, grey, await flat(64, 64, '#ffffff')]) {
      await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'low_detail' });
    }
    const dot = { input: await flat(20, 8, '#000000'), left: 40, top: 40 };
    const page = await sharp(await flat(300, 400, '#ffffff'))
      .composite([dot])
      .png()
      .toBuffer();
    await expect(decodeImage(page)).resolves.toMatchObject({ format: 'png' });
  });

  it('refuses damaged files, and files that are too large', async () => {
    const jpeg = await files.jpeg();
    const damaged = Buffer.from(jpeg);
    damaged.fill(0xff, jpeg.length >> 1, (jpeg.length >> 1) + 40);
    await expect(decodeImage(damaged)).rejects.toMatchObject({ code: 'unreadable_image' });
    const png = await files.png();
    png.fill(0x5a, 100, 140);
    await expect(decodeImage(png)).rejects.toMatchObject({ code: 'unreadable_image' });
    const large = Buffer.alloc(IMAGE_LIMITS.fileBytes + 1);
    await expect(decodeImage(large)).rejects.toMatchObject({ code: 'payload_too_large' });
  });

  it('drops bytes that follow the image', async () => {
    const { modelImage, thumbnails } = await imaging.read(polyglot(photo), { thumbnailSizes: [256] });
    const stored = await imaging.encodeModelImage(modelImage);
    expect(polyglot(photo).includes('payload.txt')).toBe(true);
    expect(thumbnails).toHaveLength(1);
    for (const derived of [...thumbnails.map(({ bytes }) => bytes), stored])
      expect(Buffer.from(derived).includes('payload.txt')).toBe(false);
  });
});

const flat = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
