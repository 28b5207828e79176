import sharp, { type Sharp } from 'sharp';
import { IMAGE_FORMATS, type ImageFormat } from '#shared/kernel/vocabulary.ts';
import { grid, heic, mirror, rotation, secondIsPrimary, withProperties } from '../../fixtures/heic.ts';
import { bytes, u32be } from '../build/bytes.ts';
import * as exif from '../build/exif.ts';
import * as jpeg from '../build/jpeg.ts';
import * as png from '../build/png.ts';
import * as tiff from '../build/tiff.ts';
import * as webp from '../build/webp.ts';
import { type CorpusFormat, FORMATS, HEIGHT, picture, WIDTH } from './photograph.ts';

/** What becomes of a file. */
export interface Outcome {
  /** The code of the refusal; none if the file is taken. */
  code?: string;
  format?: ImageFormat;
  warnings?: readonly string[];
  frames?: number;
  pages?: number;
  size?: readonly [number, number];
}
export interface CorpusFile extends Outcome {
  name: string;
  declared?: string;
  make: () => Buffer | Promise<Buffer>;
}

const ALL = Object.keys(FORMATS) as CorpusFormat[]; // Object.keys loses the literal types
const read = async (format: CorpusFormat, change: (from: Sharp) => Sharp = (from) => from) =>
  FORMATS[format](change(picture()));
const cut = (share: number, format: CorpusFormat) => async () => {
  const file = await read(format);
  return file.subarray(0, Math.round(share * file.length));
};
const turned = (orientation: number) => exif.block([tiff.entry(274, tiff.TYPES.short, 1, orientation)]);

/** Oddities of every format: how the file is made, and what becomes of it. */
const EVERY: Readonly<Record<string, (format: CorpusFormat) => Omit<CorpusFile, 'name'>>> = {
  plain: (format) => ({ make: () => read(format), format, size: [WIDTH, HEIGHT] }),
  'no declared type': (format) => ({ make: () => read(format), declared: '', format }),
  'declared as octets': (format) => ({
    make: () => read(format),
    declared: 'application/octet-stream',
    format,
  }),
  'declared in upper case, with a parameter': (format) => ({
    make: () => read(format),
    declared: `${IMAGE_FORMATS[format].toUpperCase()}; q=1`,
    format,
  }),
  'declared as another format': (format) => ({
    make: () => read(format),
    declared: format === 'png' ? 'image/jpeg' : 'image/x-png',
    format,
    warnings: ['type_differs'],
  }),
  'declared as text': (format) => ({
    make: () => read(format),
    declared: 'text/html',
    code: 'type_mismatch',
  }),
  grey: (format) => ({ make: () => read(format, (from) => from.greyscale()), format, size: [WIDTH, HEIGHT] }),
  'of 8 pixels': (format) => ({
    make: () => read(format, (from) => from.resize(64, 8, { fit: 'fill' })),
    format,
  }),
  'of 7 pixels': (format) => ({
    make: () => read(format, (from) => from.resize(64, 7, { fit: 'fill' })),
    code: 'low_detail',
  }),
  'of one colour': (format) => ({
    make: () => read(format, (from) => from.linear(0, 128)),
    code: 'low_detail',
  }),
  'cut at a third': (format) => ({ make: cut(0.33, format), code: 'truncated' }),
  'cut at nine tenths': (format) => ({ make: cut(0.9, format), code: 'truncated' }),
  'with 1 000 bytes behind': (format) => ({
    make: async () => bytes(await read(format), format === 'avif' ? trailingBox : Buffer.alloc(1000, 7)),
    format,
    size: [WIDTH, HEIGHT],
  }),
  'with an archive behind': (format) => ({
    make: async () =>
      bytes(await read(format), format === 'avif' ? trailingBox : Buffer.from('PK\x05\x06'.padEnd(22, '\0'))),
    format,
  }),
  empty: () => ({ make: () => Buffer.alloc(0), code: 'unreadable_image' }),
};
/** Boxes fill their file: bytes behind are a box of their own. */
const trailingBox = bytes(u32be(1000), 'free', Buffer.alloc(992));

const every = ALL.flatMap((format) =>
  Object.entries(EVERY).map(
    ([oddity, of]): CorpusFile => ({
      name: `${format}: ${oddity}`,
      declared: IMAGE_FORMATS[format],
      ...of(format),
    }),
  ),
);

/** White that is opaque in stripes, and transparent between them. */
const stripes = () =>
  sharp(
    Buffer.from(
      Array.from({ length: WIDTH * HEIGHT }, (_, at) => [255, 255, 255, at % 16 < 8 ? 255 : 0]).flat(),
    ),
    { raw: { width: WIDTH, height: HEIGHT, channels: 4 } },
  );
/** Formats that hold alpha: what is not seen on white lies on grey. */
const alpha = (['png', 'webp', 'gif', 'tiff', 'avif'] as const).map(
  (format): CorpusFile => ({
    name: `${format}: white on transparency`,
    make: () => FORMATS[format](stripes()),
    format,
  }),
);

/** Orientations 1 to 8, in each format that holds an EXIF block as its own. */
const orientations = Array.from({ length: 8 }, (_, index) => index + 1).flatMap(
  (orientation): CorpusFile[] => {
    const size = orientation > 4 ? ([HEIGHT, WIDTH] as const) : ([WIDTH, HEIGHT] as const);
    const block = turned(orientation);
    return [
      {
        name: `jpeg: orientation ${orientation}`,
        make: async () => jpeg.withSegments(await read('jpeg'), jpeg.segment(0xe1, bytes('Exif\0\0', block))),
        format: 'jpeg',
        size,
      },
      {
        name: `png: orientation ${orientation}`,
        make: async () => png.withChunks(await read('png'), png.chunk('eXIf', block)),
        format: 'png',
        size,
      },
      {
        name: `webp: orientation ${orientation}`,
        make: async () =>
          webp.webp(
            webp.extended(webp.FLAGS.exif, WIDTH, HEIGHT),
            webp.imageChunks(await read('webp')),
            webp.chunk('EXIF', block),
          ),
        format: 'webp',
        size,
      },
    ];
  },
);

const heics: readonly CorpusFile[] = [
  ...(['eight-bit', 'ten-bit', 'alpha'] as const).map((name) => ({
    name: `heic: ${name}`,
    make: () => heic(name),
  })),
  ...[0, 1, 2, 3].map((quarters) => ({
    name: `heic: turned by ${quarters} quarters`,
    make: () => withProperties([rotation(quarters)], turned(6)),
    size: [512, 512] as const,
  })),
  ...[0, 1].map((axis) => ({
    name: `heic: mirrored, axis ${axis}`,
    make: () => withProperties([mirror(axis)]),
  })),
  { name: 'heic: a grid of tiles', make: () => grid(2, 2), size: [1024, 1024] as const },
  {
    name: 'heic: the second image is the primary one',
    make: () => secondIsPrimary(),
    size: [512, 512] as const,
  },
].map((file) => ({ ...file, format: 'heic' as const }));

const BITS: readonly CorpusFile[] = [
  {
    name: 'png: 16 bits',
    make: () => read('png', (from) => from.toColourspace('rgb16')),
    format: 'png',
  },
  {
    name: 'png: palette',
    make: () => picture().png({ palette: true, colours: 16 }).toBuffer(),
    format: 'png',
  },
  { name: 'png: interlaced', make: () => picture().png({ progressive: true }).toBuffer(), format: 'png' },
  { name: 'jpeg: progressive', make: () => picture().jpeg({ progressive: true }).toBuffer(), format: 'jpeg' },
  { name: 'jpeg: CMYK', make: () => read('jpeg', (from) => from.toColourspace('cmyk')), format: 'jpeg' },
  { name: 'tiff: CMYK', make: () => read('tiff', (from) => from.toColourspace('cmyk')), format: 'tiff' },
  { name: 'jpeg: Display P3', make: () => read('jpeg', (from) => from.withIccProfile('p3')), format: 'jpeg' },
  { name: 'webp: lossless', make: () => picture().webp({ lossless: true }).toBuffer(), format: 'webp' },
  {
    name: 'avif: 10 bits',
    make: () => picture().avif({ effort: 0, bitdepth: 10 }).toBuffer(),
    format: 'avif',
  },
  { name: 'tiff: three pages', make: () => tiff.pages(3), format: 'tiff', pages: 3 },
  { name: 'tiff: a reduced copy of its page', make: () => tiff.pagesOfTypes([undefined, 1]), format: 'tiff' },
  { name: 'tiff: BigTIFF', make: () => tiff.bigTiff(0, 1), format: 'tiff' },
  {
    name: 'jpeg: without its end marker',
    make: async () => (await read('jpeg')).subarray(0, -2),
    format: 'jpeg',
    warnings: ['decoder_warning'],
  },
  {
    name: 'gif: without its trailer',
    make: async () => (await read('gif')).subarray(0, -1),
    format: 'gif',
    warnings: ['decoder_warning'],
  },
  {
    name: 'png: an animation of one frame',
    make: async () => png.withChunks(await read('png'), png.chunk('acTL', bytes(u32be(1), u32be(0)))),
    format: 'png',
  },
  {
    name: 'png: an animation of five frames',
    make: async () => png.withChunks(await read('png'), png.chunk('acTL', bytes(u32be(5), u32be(0)))),
    format: 'png',
    frames: 5,
  },
];

const REFUSED: readonly CorpusFile[] = [
  ['JPEG 2000', bytes('\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 ')],
  ['JPEG XL', bytes('\0\0\0\x0cJXL \r\n\x87\n', Buffer.alloc(20))],
  ['PDF', bytes('%PDF-1.7\n', Buffer.alloc(100))],
  ['SVG', bytes('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['ZIP', bytes('PK\x03\x04', Buffer.alloc(60))],
  ['text', bytes('This is not an image.\n'.repeat(20))],
  ['video', bytes('\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08moov')],
].map(([name, file]) => ({
  name: `other: ${name}`,
  make: () => file as Buffer, // a row of a name and bytes
  code: 'unsupported_media_type',
}));

/** Honest and odd files, kind by kind, and what becomes of each. */
export const CORPUS: readonly CorpusFile[] = [
  ...every,
  ...alpha,
  ...orientations,
  ...heics,
  ...BITS,
  ...REFUSED,
];
