import { deflateSync } from 'node:zlib';
import { bytes, MEGABYTE, times, u32be } from '../build/bytes.ts';
import * as exif from '../build/exif.ts';
import * as icc from '../build/icc.ts';
import {
  blackPng,
  chunk,
  header,
  png,
  profileChunk,
  textBomb,
  unicodeTextBomb,
  withChunks,
  zeros,
} from '../build/png.ts';
import { TYPES } from '../build/tiff.ts';
import { family, large } from '../hostile-file.ts';
import { bases } from './bases.ts';

const inserted =
  (...chunks: Buffer[]) =>
  async () =>
    withChunks(await bases.png(), ...chunks);
const later = (make: () => Buffer[]) => async () => withChunks(await bases.png(), ...make());

/** Files of the PNG family. */
export const pngFiles = family('png', 'image/png', {
  '30 000 × 30 000 bits': () => blackPng(30_000, 30_000, { depth: 1, colour: 0 }),
  '99 Mpx, RGB': () => blackPng(9900, 10_000),
  '99 Mpx, 16-bit RGBA': () => blackPng(9900, 10_000, { depth: 16, colour: 6 }),
  '99 Mpx, interlaced, RGB': () => blackPng(9900, 10_000, { interlace: 1 }),
  '99 Mpx, interlaced, 16-bit RGBA': () => blackPng(9900, 10_000, { depth: 16, colour: 6, interlace: 1 }),
  '64 × 64 with 1 GB of rows behind': () => blackPng(64, 64, { extra: 1000 * MEGABYTE }),
  '2³¹ × 2³¹': () => png(header(0x7fffffff, 0x7fffffff), chunk('IDAT', zeros(MEGABYTE))),
  '2³¹ × 8': () => png(header(0x7fffffff, 8), chunk('IDAT', zeros(MEGABYTE))),
  'no size': () => png(header(0, 0), chunk('IDAT', zeros(100))),
  '99 Mpx, no data': () => png(header(9900, 10_000), chunk('IDAT')),
  'text that inflates to 500 MB': later(() => [textBomb(500)]),
  '100 texts that inflate to 50 MB': large(later(() => new Array(100).fill(textBomb(50)))),
  'unicode text that inflates to 500 MB': later(() => [unicodeTextBomb(500)]),
  '100 000 texts': later(() => [times(100_000, chunk('tEXt', bytes('Comment\0x')))]),
  'text of 40 MB': large(later(() => [chunk('tEXt', bytes('Comment\0', Buffer.alloc(40 * MEGABYTE, 0x41)))])),
  'text of 40 MB with line ends': large(
    later(() => [chunk('tEXt', bytes('Comment\0', Buffer.alloc(40 * MEGABYTE, 0x0a)))]),
  ),
  'profile that inflates to 500 MB': later(() => [profileChunk(zeros(500 * MEGABYTE))]),
  'profile of 40 MB that is none': large(later(() => [profileChunk(Buffer.alloc(40 * MEGABYTE, 7))])),
  'profile of 40 MB': later(() => [profileChunk(deflateSync(icc.profile(40 * MEGABYTE)))]),
  'profile with a lookup table of 255³': later(() => [
    profileChunk(deflateSync(icc.lookupTable(255, 100 * MEGABYTE))),
  ]),
  'profile with 1 000 tags of 40 MB': later(() => [
    profileChunk(deflateSync(icc.manyTags(1000, 40 * MEGABYTE))),
  ]),
  '1 000 profiles': later(() => new Array(1000).fill(profileChunk(deflateSync(icc.profile(4096))))),
  'EXIF of 11 arrays of 4 MB': large(later(() => [chunk('eXIf', exif.arrays(11, 2 * MEGABYTE))])),
  'EXIF of 60 arrays that share 4 MB': later(() => [
    chunk('eXIf', exif.shared(60, TYPES.short, 2 * MEGABYTE, 4 * MEGABYTE)),
  ]),
  'EXIF of 60 000 texts that share 40 MB': large(
    later(() => [chunk('eXIf', exif.shared(60_000, TYPES.ascii, 40 * MEGABYTE, 40 * MEGABYTE))]),
  ),
  'EXIF of 500 texts that share 4 MB': later(() => [
    chunk('eXIf', exif.shared(500, TYPES.ascii, 4 * MEGABYTE, 4 * MEGABYTE)),
  ]),
  'EXIF of 4 G rationals': later(() => [
    chunk('eXIf', exif.shared(60, TYPES.rational, 0xffffffff, 4 * MEGABYTE)),
  ]),
  '1 000 EXIF chunks': large(
    later(() => new Array(1000).fill(chunk('eXIf', exif.camera(Buffer.alloc(20_000, 0x41))))),
  ),
  '1 000 000 empty chunks': large(later(() => [times(1_000_000, chunk('tsTs'))])),
  '1 000 000 empty data chunks': large(async () => {
    const file = await bases.png();
    const at = file.indexOf('IDAT') - 4;
    return bytes(file.subarray(0, at), times(1_000_000, chunk('IDAT')), file.subarray(at));
  }),
  'a data chunk for each byte': () => {
    const stream = deflateSync(Buffer.alloc(64 * 193, 9), { level: 0 });
    return png(header(64, 64), ...Array.from(stream, (byte) => chunk('IDAT', Buffer.of(byte))));
  },
  '1 000 palettes': later(() => [times(1000, chunk('PLTE', Buffer.alloc(768, 3)))]),
  '100 suggested palettes of 400 KB': large(
    later(() =>
      Array.from({ length: 100 }, (_, index) =>
        chunk('sPLT', bytes(`palette ${index}\0`, 8, Buffer.alloc(400_002))),
      ),
    ),
  ),
  'a second header': inserted(header(9000, 9000)),
  'a chunk of 4 GB': inserted(bytes(u32be(0xfffffff0), 'tEXt')),
  'a chunk of 2 GB': inserted(bytes(u32be(0x7fffffff), 'tEXt')),
  'an animation of 2³¹ frames': inserted(chunk('acTL', bytes(u32be(0x7fffffff), u32be(0)))),
  'an animation behind 64 KB of chunks': inserted(
    times(8000, chunk('tsTs')),
    chunk('acTL', bytes(u32be(2), u32be(0))),
  ),
});
