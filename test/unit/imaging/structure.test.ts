import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { readStructure } from '#shared/imaging/structure/read-structure.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { bmp } from '../../hostile/build/bmp.ts';
import { bytes, MEGABYTE, times } from '../../hostile/build/bytes.ts';
import * as exif from '../../hostile/build/exif.ts';
import * as gif from '../../hostile/build/gif.ts';
import * as icc from '../../hostile/build/icc.ts';
import * as jpeg from '../../hostile/build/jpeg.ts';
import * as png from '../../hostile/build/png.ts';
import * as tiff from '../../hostile/build/tiff.ts';
import * as webp from '../../hostile/build/webp.ts';

const imaging = sharpImaging();
const small = sharp(photograph('dust-bowl-home')).resize(64, 48, { fit: 'fill' });
const files: Readonly<Record<Exclude<ImageFormat, 'heic' | 'raw'>, Buffer>> = {
  bmp: bmp({ width: 64, height: 48, bits: 24 }, await small.clone().removeAlpha().raw().toBuffer()),
  jpeg: await small.clone().jpeg().toBuffer(),
  png: await small.clone().png().toBuffer(),
  webp: await small.clone().webp().toBuffer(),
  gif: await small.clone().gif().toBuffer(),
  tiff: await small
    .clone()
    .tiff({ compression: 'lzw', tile: true, tileWidth: 64, tileHeight: 64 })
    .toBuffer(),
  avif: await small.clone().avif({ effort: 0 }).toBuffer(),
};
const { TYPES } = tiff;
const pixelsOf = async (file: Buffer) => imaging.pixelHash((await decodeImage(file)).raster);
const codeOf = (file: Buffer) =>
  decodeImage(file).then(
    () => undefined,
    (problem) => problem.code,
  );
const turned = exif.block([tiff.entry(274, TYPES.short, 1, 6)]);

/** The same image with metadata of a megabyte, in ways that decoders read. */
const WITH_METADATA = {
  'a JPEG of 60 segments': [
    files.jpeg,
    jpeg.withSegments(
      files.jpeg,
      bytes(
        jpeg.comments(20, 60_000),
        times(40, jpeg.segment(0xe1, bytes('http://ns.adobe.com/xap/1.0/\0', Buffer.alloc(30_000, 0x3c)))),
      ),
    ),
  ],
  'a PNG of compressed texts': [
    files.png,
    png.withChunks(files.png, png.textBomb(50), png.unicodeTextBomb(50)),
  ],
  'a PNG of 60 EXIF arrays that share 4 MB': [
    files.png,
    png.withChunks(files.png, png.chunk('eXIf', exif.shared(60, TYPES.short, 2 * MEGABYTE, 4 * MEGABYTE))),
  ],
  'a PNG of a profile of 5 MB': [
    files.png,
    png.withChunks(files.png, png.profileChunk(png.zeros(5 * MEGABYTE))),
  ],
  'a WebP of EXIF, XMP and a large profile': [
    files.webp,
    webp.webp(
      webp.extended(webp.FLAGS.exif | webp.FLAGS.xmp | webp.FLAGS.profile, 64, 48),
      webp.chunk('ICCP', icc.profile(5 * MEGABYTE)),
      webp.imageChunks(files.webp),
      webp.chunk('EXIF', exif.shared(60, TYPES.short, MEGABYTE, 2 * MEGABYTE)),
      webp.chunk('XMP ', Buffer.alloc(MEGABYTE, 0x3c)),
    ),
  ],
  'a TIFF of 500 tags that share a megabyte': [
    tiff.withTags(() => [], Buffer.alloc(0)),
    tiff.withTags(
      (at) => Array.from({ length: 500 }, (_, index) => tiff.entry(40_000 + index, TYPES.byte, MEGABYTE, at)),
      Buffer.alloc(MEGABYTE),
    ),
  ],
  'a BigTIFF of 500 tags that share a megabyte': [tiff.bigTiff(0, 1), tiff.bigTiff(500, MEGABYTE)],
} as const;

describe('the structure of a file', () => {
  it.each(Object.entries(WITH_METADATA))('leaves the pixels of %s alone', async (_, [plain, loaded]) => {
    expect(await pixelsOf(loaded)).toBe(await pixelsOf(plain));
  });

  it.each(['jpeg', 'png', 'webp'] as const)('leaves the orientation in a %s', async (format) => {
    const plain = files[format];
    const loaded = {
      jpeg: () => jpeg.withSegments(plain, jpeg.segment(0xe1, bytes('Exif\0\0', turned))),
      png: () => png.withChunks(plain, png.chunk('eXIf', turned)),
      webp: () =>
        webp.webp(
          webp.extended(webp.FLAGS.exif, 64, 48),
          webp.imageChunks(plain),
          webp.chunk('EXIF', turned),
        ),
    }[format]();
    const image = await decodeImage(loaded);
    expect(image).toMatchObject({ exif: { orientation: 6 }, raster: { width: 48, height: 64 } });
  });

  it('has the EXIF block of an AVIF', async () => {
    const file = await small
      .clone()
      .withExif({ IFD0: { Model: 'Camera' } })
      .avif({ effort: 0 })
      .toBuffer();
    expect((await decodeImage(file)).exif).toMatchObject({ camera: 'Camera' });
    const { decodable } = readStructure('avif', file);
    expect((await sharp(decodable).metadata()).exif).toBeUndefined();
  });

  it.each(Object.entries(files))(
    'has no decodable %s larger than the file and a directory',
    (format, file) => {
      const { decodable } = readStructure(format as ImageFormat, file); // Object.entries loses the literal types
      expect(decodable.length).toBeLessThan(file.length + 1000);
    },
  );

  it('refuses a JPEG of more than 100 scans, or of more scanned pixels than an honest image has', async () => {
    await expect(decodeImage(jpeg.scans(101, 64, 64))).rejects.toMatchObject({
      code: 'unreadable_image',
      message: expect.stringContaining('101 scans'),
    });
    expect(await codeOf(jpeg.scans(100, 64, 64))).toBe('low_detail');
    expect(await codeOf(jpeg.scans(90, 4000, 4000))).toBe('unreadable_image');
  });

  it('counts at most 10 000 frames and pages, and leaves the decoder one', async () => {
    const still = await small.clone().webp().toBuffer();
    const animations = [
      ['gif', gif.frames(20_000, 64, 64)],
      ['webp', webp.animation(20_000, still, 64, 48)],
    ] as const;
    for (const [format, file] of animations) {
      const { frames, decodable } = readStructure(format, file);
      expect(frames).toBeGreaterThan(9_000);
      expect(frames).toBeLessThan(10_010);
      expect(decodable.length).toBeLessThan(2_000);
    }
    expect(readStructure('tiff', tiff.pages(20_000)).pages).toBeGreaterThan(900);
    expect(readStructure('tiff', tiff.pages(1, true)).pages).toBe(1);
    expect(readStructure('tiff', tiff.pages(1000, true)).pages).toBe(1000);
    const claimed = png.chunk('acTL', Buffer.alloc(8, 0xff));
    expect(readStructure('png', png.withChunks(files.png, claimed)).frames).toBe(10_000);
  });

  it('has at most 10 000 parts', async () => {
    for (const file of [
      jpeg.withSegments(files.jpeg, jpeg.comments(10_001, 0)),
      png.withChunks(files.png, times(10_001, png.chunk('tsTs'))),
      webp.webp(times(10_001, webp.chunk('tsTs', Buffer.alloc(0))), webp.imageChunks(files.webp)),
      bytes(files.avif, times(10_001, Buffer.from('\0\0\0\x08free', 'latin1'))),
      gif.gif(64, 64, times(10_001, Buffer.from('\x21\xfe\0', 'latin1'))),
    ]) {
      await expect(decodeImage(file)).rejects.toMatchObject({
        code: 'unreadable_image',
        message: expect.stringContaining('10000 parts'),
      });
    }
  });

  it('refuses what would be decoded as a whole into too much memory, by its header', async () => {
    expect(await codeOf(png.png(png.header(9900, 10_000, 16, 6, 1), png.chunk('IDAT')))).toBe(
      'too_many_pixels',
    );
    const file = tiff.deflated({ width: 64, height: 64 }, 4096);
    const tile = [tiff.entry(322, TYPES.long, 1, 65_536), tiff.entry(323, TYPES.long, 1, 65_536)];
    expect(await codeOf(tiff.withTags(() => tile, file))).toBe('too_many_pixels');
  });

  it.each(Object.entries(files))(
    'ends in a stated problem for a %s with any bytes changed',
    async (_, file) => {
      const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
          const changed = Buffer.from(file);
          for (const [at, value] of changes) changed[at] = value;
          const error = await decodeImage(changed).catch((thrown: unknown) => thrown);
          if (error instanceof Error) expect(error).toBeInstanceOf(Problem);
        }),
        { numRuns: 60 },
      );
    },
  );
});
