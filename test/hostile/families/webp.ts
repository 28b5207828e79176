import sharp from 'sharp';
import { bytes, MEGABYTE, times, u32le } from '../build/bytes.ts';
import * as exif from '../build/exif.ts';
import * as icc from '../build/icc.ts';
import { TYPES } from '../build/tiff.ts';
import { animation, chunk, extended, FLAGS, imageChunks, lossless, webp } from '../build/webp.ts';
import { family, large } from '../hostile-file.ts';
import { bases } from './bases.ts';

const flat = (width: number, height: number, options = {}) =>
  sharp({ create: { width, height, channels: 3, background: '#402010' } })
    .webp({ effort: 0, ...options })
    .toBuffer();
const HEIGHT = 256;
const withChunk = async (flag: number, type: string, data: Buffer) => {
  const still = imageChunks(await bases.webp());
  const extra = chunk(type, data);
  const header = extended(flag, 320, HEIGHT);
  return type === 'ICCP' ? webp(header, extra, still) : webp(header, still, extra);
};

/** Files of the WebP family. */
export const webpFiles = family('webp', 'image/webp', {
  '2 frames': async () => animation(2, await flat(16, 16), 16, 16),
  '100 000 frames': large(async () => animation(100_000, await flat(16, 16), 16, 16)),
  '100 frames of 16 Mpx': async () => animation(100, await flat(4000, 4000, { quality: 1 }), 4000, 4000),
  'lossy, 94 Mpx': () => flat(16_383, 5750, { quality: 1 }),
  'lossless, 94 Mpx': () => flat(16_383, 5750, { lossless: true }),
  'lossless, 268 Mpx, no data': () => lossless(16_383, 16_383, Buffer.alloc(100)),
  'lossless, 94 Mpx, no data': () => lossless(16_383, 5750, Buffer.alloc(100)),
  'a canvas of 2²⁴ × 2²⁴': async () => webp(extended(0, 2 ** 24, 2 ** 24), imageChunks(await bases.webp())),
  'a canvas of 99 Mpx, one frame of 16 × 16': async () => {
    const file = animation(1, await flat(16, 16), 16, 16);
    extended(FLAGS.animation, 9900, 10_000).copy(file, 12);
    return file;
  },
  'EXIF of 11 arrays of 4 MB': large(() => withChunk(FLAGS.exif, 'EXIF', exif.arrays(11, 2 * MEGABYTE))),
  'EXIF of 60 arrays that share 4 MB': () =>
    withChunk(FLAGS.exif, 'EXIF', exif.shared(60, TYPES.short, 2 * MEGABYTE, 4 * MEGABYTE)),
  'EXIF of 5 000 texts that share 4 MB': () =>
    withChunk(FLAGS.exif, 'EXIF', exif.shared(5000, TYPES.ascii, 4 * MEGABYTE, 4 * MEGABYTE)),
  'XMP of 40 MB': large(() => withChunk(FLAGS.xmp, 'XMP ', Buffer.alloc(40 * MEGABYTE, 0x3c))),
  'profile of 40 MB': large(() => withChunk(FLAGS.profile, 'ICCP', icc.profile(40 * MEGABYTE))),
  'profile with a lookup table of 255³': large(() =>
    withChunk(FLAGS.profile, 'ICCP', icc.lookupTable(255, 40 * MEGABYTE)),
  ),
  'profile with 1 000 tags of 40 MB': large(() =>
    withChunk(FLAGS.profile, 'ICCP', icc.manyTags(1000, 40 * MEGABYTE)),
  ),
  '5 million empty chunks': large(async () =>
    webp(
      extended(0, 320, HEIGHT),
      times(5_000_000, chunk('tsTs', Buffer.alloc(0))),
      imageChunks(await bases.webp()),
    ),
  ),
  '1 000 000 EXIF chunks': large(async () =>
    webp(
      extended(FLAGS.exif, 320, HEIGHT),
      imageChunks(await bases.webp()),
      times(1_000_000, chunk('EXIF', Buffer.alloc(26))),
    ),
  ),
  'a chunk of 4 GB': async () =>
    webp(extended(0, 320, HEIGHT), bytes('tsTs', u32le(0xffffffff)), imageChunks(await bases.webp())),
  'a RIFF of 4 GB': async () => {
    const file = Buffer.from(await bases.webp());
    file.writeUInt32LE(0xffffffff, 4);
    return file;
  },
  'a RIFF of no length': async () => {
    const file = Buffer.from(await bases.webp());
    file.writeUInt32LE(0, 4);
    return file;
  },
  'only a header': () => webp(extended(FLAGS.alpha, 9900, 10_000)),
  'transparency of 94 Mpx, no data': async () =>
    webp(
      extended(FLAGS.alpha, 16_383, 5750),
      chunk('ALPH', Buffer.alloc(20)),
      imageChunks(await flat(16_383, 5750, { quality: 1 })),
    ),
});
