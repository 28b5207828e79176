import { nested } from '../build/boxes.ts';
import { bytes, MEGABYTE, times, u32le } from '../build/bytes.ts';
import { zeros } from '../build/png.ts';
import { family, large } from '../hostile-file.ts';

const zipEntry = bytes('PK\x03\x04', Buffer.alloc(22), Buffer.of(1, 0, 0, 0), 'a');

/** Files that are no images, declared as JPEG. Some are archives whose readers look far ahead. */
export const otherFiles = family('other', 'image/jpeg', {
  'no bytes': () => Buffer.alloc(0),
  'one byte': () => Buffer.of(0xff),
  '50 MB of zeros': large(() => Buffer.alloc(50 * MEGABYTE)),
  '50 MB of 0xff': large(() => Buffer.alloc(50 * MEGABYTE, 0xff)),
  'more than 50 MB': large(() => Buffer.alloc(50 * MEGABYTE + 1, 0xff)),
  '1 million ZIP entries': large(() => times(1_000_000, zipEntry)),
  'gzip of 1 GB': () => bytes('\x1f\x8b\x08\0\0\0\0\0\0\x03', zeros(1000 * MEGABYTE).subarray(2)),
  'an ID3 tag of 200 MB': () => bytes('ID3\x03\0\0\x7f\x7f\x7f\x7f', Buffer.alloc(1000)),
  'ID3 tags in a row': large(() => times(1_000_000, bytes('ID3\x03\0\0\0\0\0\0'))),
  'Matroska elements 1 000 000 deep': large(() => times(1_000_000, bytes(0x1a, 0x45, 0xdf, 0xa3, 0x88))),
  'a Windows media header of 2⁶³ bytes': () =>
    bytes(Buffer.from('3026b2758e66cf11a6d9', 'hex'), Buffer.alloc(20, 0x7f), Buffer.alloc(MEGABYTE)),
  'a PDF of 40 MB': large(() => bytes('%PDF-1.7\n', Buffer.alloc(40 * MEGABYTE, 0x41))),
  'an SVG of a billion laughs': () =>
    bytes(
      '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">',
      ...Array.from({ length: 10 }, (_, level) => `<!ENTITY b${level} "${'&a;'.repeat(1000)}">`),
      ']><svg xmlns="http://www.w3.org/2000/svg"><text>&b9;</text></svg>',
    ),
  'MP4 boxes 50 000 levels deep': () => nested('moov', 50_000),
  'a bitmap of 2³¹ × 2³¹': () =>
    bytes('BM', Buffer.alloc(16), u32le(0x7fffffff), u32le(0x7fffffff), Buffer.alloc(28)),
  'JPEG XL': () => bytes(0xff, 0x0a, Buffer.alloc(1000, 7)),
  'an empty archive': () => bytes('PK\x05\x06', Buffer.alloc(18)),
});
