import { bytes, MEGABYTE, times } from '../build/bytes.ts';
import * as exif from '../build/exif.ts';
import * as icc from '../build/icc.ts';
import * as jpeg from '../build/jpeg.ts';
import { TYPES } from '../build/tiff.ts';
import { family, large } from '../hostile-file.ts';
import { bases } from './bases.ts';

const PROGRESSIVE = 0xc2;
const withExif = async (block: Buffer) =>
  jpeg.withSegments(await bases.jpeg(), jpeg.segment(0xe1, bytes('Exif\0\0', block)));
const withProfile = async (profile: Buffer) =>
  jpeg.withSegments(await bases.jpeg(), jpeg.profileSegments(profile));
const withSegments = async (segments: Buffer) => jpeg.withSegments(await bases.jpeg(), segments);

/** Files of the JPEG family. */
export const jpegFiles = family('jpeg', 'image/jpeg', {
  '20 scans of 1 Mpx': () => jpeg.scans(20, 1000, 1000),
  '99 scans of 12 Mpx': () => jpeg.scans(99, 4000, 3000),
  '101 scans of 64 pixels': () => jpeg.scans(101, 64, 64),
  '800 scans of 1 Mpx': () => jpeg.scans(800, 1000, 1000),
  '800 scans of 12 Mpx': () => jpeg.scans(800, 4000, 3000),
  '2600 scans of 1 Mpx': () => jpeg.scans(2600, 1000, 1000),
  '800 scans of 64 Mpx': () => jpeg.scans(800, 8000, 8000),
  '12 scans of 99 Mpx': () => jpeg.scans(12, 9900, 10_000),
  '99 Mpx of one colour': () => jpeg.flatJpeg(9900, 10_000),
  'progressive, 99 Mpx, no data': () => jpeg.headerOnly(PROGRESSIVE, 9900, 10_000),
  'progressive CMYK, 99 Mpx, no data': () => jpeg.headerOnly(PROGRESSIVE, 9900, 10_000, jpeg.EOI, 4),
  'arithmetic, 99 Mpx, no data': () => jpeg.headerOnly(0xca, 9900, 10_000),
  'lossless, 99 Mpx, no data': () => jpeg.headerOnly(0xc3, 9900, 10_000),
  '65500 × 65500, no data': () => jpeg.headerOnly(0xc0, 65_500, 65_500),
  '65500 × 1, no data': () => jpeg.headerOnly(0xc0, 65_500, 1),
  'no size': () => jpeg.headerOnly(0xc0, 0, 0),
  '40 MB of fill bytes': large(() => withSegments(Buffer.alloc(40 * MEGABYTE, 0xff))),
  '40 MB of fill bytes to the end': large(async () =>
    bytes((await bases.jpeg()).subarray(0, -2), Buffer.alloc(40 * MEGABYTE, 0xff)),
  ),
  '40 MB of restart markers': large(() =>
    jpeg.headerOnly(PROGRESSIVE, 1000, 1000, bytes(times(20 * MEGABYTE, bytes(0xff, 0xd0)), jpeg.EOI)),
  ),
  '40 MB of stuffed bytes': large(() =>
    jpeg.headerOnly(PROGRESSIVE, 1000, 1000, bytes(times(20 * MEGABYTE, bytes(0xff, 0)), jpeg.EOI)),
  ),
  '80 000 malformed segments': () => withSegments(times(80_000, bytes(0xff, 0xe1, 0, 2))),
  '500 000 empty comments': () => withSegments(jpeg.comments(500_000, 0)),
  '700 comments of 64 KB': large(() => withSegments(jpeg.comments(700, 65_000))),
  '250 000 tables': large(() =>
    withSegments(times(250_000, jpeg.segment(0xdb, bytes(0, Buffer.alloc(64, 1))))),
  ),
  '600 EXIF segments of 64 KB': large(() =>
    withSegments(times(600, jpeg.segment(0xe1, bytes('Exif\0\0', Buffer.alloc(65_000, 0x41))))),
  ),
  '600 XMP segments of 64 KB': large(() =>
    withSegments(
      times(600, jpeg.segment(0xe1, bytes('http://ns.adobe.com/xap/1.0/\0', Buffer.alloc(65_000, 0x3c)))),
    ),
  ),
  'EXIF, 5 000 tags that share 1 byte a value': () => withExif(exif.shared(5000, TYPES.ascii, 1, 4)),
  'EXIF, 5 000 tags that share a text of 5 000': () => withExif(exif.shared(5000, TYPES.ascii, 4900, 4900)),
  'EXIF, 400 tags that share 60 000 shorts': () => withExif(exif.shared(400, TYPES.short, 30_000, 60_000)),
  'EXIF, 400 tags that claim 4 G values': () =>
    withExif(exif.shared(400, TYPES.rational, 0xffffffff, 60_000)),
  'EXIF, directories in a circle': () => withExif(exif.cyclic()),
  'EXIF, text of 60 KB of escapes': () => withExif(exif.camera(times(6000, bytes('\x1b[31m\r\n\t\0')))),
  'EXIF, text of right-to-left marks': () =>
    withExif(exif.camera(Buffer.from('\u202e\u2066\ud83d\ude00'.repeat(3000)))),
  'EXIF, text that is no UTF-8': () => withExif(exif.camera(Buffer.alloc(30_000, 0xfe))),
  'EXIF, position of zero denominators': () =>
    withExif(
      exif.position([
        [1, 0],
        [0, 0],
        [5, 0],
      ]),
    ),
  'EXIF, position out of range': () =>
    withExif(
      exif.position([
        [0xffffffff, 1],
        [1, 1],
        [1, 1],
      ]),
    ),
  'EXIF, position of 7 000 numbers': () => withExif(exif.position(new Array(7000).fill([1, 1]))),
  'ICC, 16 MB': large(() => withProfile(icc.profile(16 * MEGABYTE))),
  'ICC, claims 4 GB': () => withProfile(icc.claiming(0xffffffff)),
  'ICC, lookup table of 255³': large(() => withProfile(icc.lookupTable(255, 16 * MEGABYTE))),
  'ICC, curve of 4 G points': () => withProfile(icc.longCurve(0xffffffff, 4096)),
  'ICC, 1 000 tags of 16 MB': large(() => withProfile(icc.manyTags(1000, 16 * MEGABYTE))),
  'only the first marker': () => bytes(0xff, 0xd8, 0xff),
});
