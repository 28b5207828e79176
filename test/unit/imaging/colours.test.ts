import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { ADOBE_RGB, toAdobeRgb } from '../../fixtures/adobe-rgb.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { bytes } from '../../hostile/build/bytes.ts';
import * as jpeg from '../../hostile/build/jpeg.ts';
import * as png from '../../hostile/build/png.ts';
import * as webp from '../../hostile/build/webp.ts';

const imaging = sharpImaging();
const [WIDTH, HEIGHT] = [96, 64] as const;
const RAW = { raw: { width: WIDTH, height: HEIGHT, channels: 3 } } as const;
/** Colours of the whole range, so that a profile that is ignored shows: red to the right, green downwards. */
const strong = Buffer.from(
  Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const [x, y] = [(at % WIDTH) / (WIDTH - 1), Math.floor(at / WIDTH) / (HEIGHT - 1)];
    return [x, y, 1 - x].map((share) => Math.round(share * 255));
  }).flat(),
);
const photo = sharp(photograph('allium-oreophilum')).resize(WIDTH, HEIGHT, { fit: 'fill' });
const flower = await photo.removeAlpha().toColourspace('srgb').raw().toBuffer();
const read = async (file: Buffer) => (await decodeImage(file)).raster;

/** Returns the mean difference of an image from its sRGB original, of 255 levels. */
async function differenceOf(file: Buffer, original = strong): Promise<number> {
  const { width, height, data } = await read(file);
  expect([width, height]).toEqual([WIDTH, HEIGHT]);
  return data.reduce((sum, value, at) => sum + Math.abs(value - (original[at] ?? 0)), 0) / data.length;
}

describe('an image with a wide profile', () => {
  const p3: Readonly<Record<string, (from: Sharp) => Sharp>> = {
    PNG: (from) => from.png(),
    TIFF: (from) => from.tiff({ compression: 'lzw' }),
    JPEG: (from) => from.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }),
    'lossless WebP': (from) => from.webp({ lossless: true }),
    AVIF: (from) => from.avif({ quality: 95, chromaSubsampling: '4:4:4', effort: 0 }),
  };
  it.each(Object.entries(p3))('is read as its sRGB original: Display P3 in a %s', async (_, encode) => {
    const file = await encode(sharp(strong, RAW).withIccProfile('p3')).toBuffer();
    expect((await sharp(file).metadata()).icc?.length).toBeGreaterThan(100);
    expect(await differenceOf(file)).toBeLessThan(1.5);
    const samples = await sharp(file, { ignoreIcc: true }).png().toBuffer();
    expect(await differenceOf(samples)).toBeGreaterThan(5);
  });

  it('is read as its sRGB original: Adobe RGB in a PNG, a JPEG and a WebP', async () => {
    const samples = sharp(toAdobeRgb(strong), RAW);
    const lossless = await samples.clone().png().toBuffer();
    const profiled = png.withChunks(lossless, png.profileChunk(deflateSync(ADOBE_RGB)));
    expect(await differenceOf(profiled)).toBeLessThan(1);
    expect(await differenceOf(lossless)).toBeGreaterThan(8); // the samples themselves look paler
    const baseline = await samples.clone().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    const segments = jpeg.profileSegments(ADOBE_RGB);
    expect(await differenceOf(jpeg.withSegments(baseline, segments))).toBeLessThan(1.5);
    const still = await samples.clone().webp({ lossless: true }).toBuffer();
    const extended = webp.extended(webp.FLAGS.profile, WIDTH, HEIGHT);
    const file = webp.webp(extended, webp.chunk('ICCP', ADOBE_RGB), webp.imageChunks(still));
    expect(await differenceOf(file)).toBeLessThan(1);
  });
});

describe('an image in CMYK without a profile', () => {
  it.each(['jpeg', 'tiff'] as const)('has the colours of its original: a %s', async (format) => {
    const printed = sharp(flower, RAW).toColourspace('cmyk');
    const file = await (format === 'jpeg' ? printed.jpeg({ quality: 95 }) : printed.tiff()).toBuffer();
    const { space, icc } = await sharp(file).metadata();
    expect({ space, icc }).toEqual({ space: 'cmyk', icc: undefined });
    expect(await differenceOf(file, flower)).toBeLessThan(10); // the gamut of print is smaller
  });
});

/** An XMP packet that says the image is turned by a quarter. */
const XMP = Buffer.from(
  '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">' +
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ' +
    'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>',
);

describe('an orientation that is only in XMP', () => {
  const files: Readonly<Record<string, () => Promise<[plain: Buffer, withXmp: Buffer]>>> = {
    async JPEG() {
      const plain = await sharp(strong, RAW).jpeg().toBuffer();
      const packet = jpeg.segment(0xe1, bytes('http://ns.adobe.com/xap/1.0/\0', XMP));
      return [plain, jpeg.withSegments(plain, packet)];
    },
    async PNG() {
      const plain = await sharp(strong, RAW).png().toBuffer();
      return [plain, png.withChunks(plain, png.chunk('iTXt', bytes('XML:com.adobe.xmp\0\0\0\0\0', XMP)))];
    },
    async WebP() {
      const plain = await sharp(strong, RAW).webp({ lossless: true }).toBuffer();
      const extended = webp.extended(webp.FLAGS.xmp, WIDTH, HEIGHT);
      return [plain, webp.webp(extended, webp.imageChunks(plain), webp.chunk('XMP ', XMP))];
    },
  };
  it.each(Object.entries(files))('turns nothing, as in browsers: %s', async (_, make) => {
    const [plain, withXmp] = await make();
    expect((await sharp(withXmp).metadata()).xmp?.toString()).toContain('tiff:Orientation="6"');
    const { raster, exif } = await decodeImage(withXmp);
    expect(imaging.pixelHash(raster)).toBe(imaging.pixelHash(await read(plain)));
    expect(exif).not.toHaveProperty('orientation');
  });
});
