import { type BmpLayout, bmp } from '../build/bmp.ts';
import { bytes, MEGABYTE, times } from '../build/bytes.ts';
import { family, large } from '../hostile-file.ts';

const GREYS = Array.from({ length: 256 }, (_, index): [number, number, number] => [index, index, index]);
const indexed = (layout: Omit<BmpLayout, 'palette'>, pixels: Uint8Array) =>
  bmp({ ...layout, palette: GREYS.slice(0, 2 ** layout.bits) }, pixels);

/** Files of the BMP family. */
export const bmpFiles = family('bmp', 'image/bmp', {
  'RLE that claims 99 Mpx': () =>
    indexed({ width: 9900, height: 10_000, bits: 8, compression: 1 }, bytes(0, 1)),
  'RLE of 66 Mpx': () =>
    indexed({ width: 8000, height: 8300, bits: 8, compression: 1 }, times(MEGABYTE, bytes(255, 7))),
  'RLE of a row that does not end': large(() =>
    indexed({ width: 4000, height: 4000, bits: 8, compression: 1 }, times(20 * MEGABYTE, bytes(255, 7))),
  ),
  'RLE of empty rows': () =>
    indexed({ width: 64, height: 64, bits: 8, compression: 1 }, times(MEGABYTE, bytes(0, 0))),
  'RLE of steps by nothing': () =>
    indexed({ width: 64, height: 64, bits: 8, compression: 1 }, times(MEGABYTE, bytes(0, 2, 0, 0))),
  'claims 2³¹ × 2³¹': () => bmp({ width: 0x7fffffff, height: 0x7fffffff, bits: 24 }, Buffer.alloc(100)),
  'no size': () => bmp({ width: 0, height: 0, bits: 24 }, Buffer.alloc(100)),
  'one bit, 30 Mpx': () => indexed({ width: 6000, height: 5000, bits: 1 }, Buffer.alloc(4 * MEGABYTE, 0x5a)),
  'one bit, 100 Mpx': large(() =>
    indexed({ width: 10_000, height: 10_000, bits: 1 }, Buffer.alloc(13 * MEGABYTE, 0x5a)),
  ),
  'masks without bits': () =>
    bmp(
      { width: 64, height: 64, bits: 32, compression: 3, masks: [0, 0, 0, 0] },
      Buffer.alloc(64 * 64 * 4, 7),
    ),
  'masks with holes': () =>
    bmp(
      { width: 64, height: 64, bits: 32, compression: 3, masks: [0xf00f, 0xa5a5, 0x80000001, 5] },
      Buffer.alloc(64 * 64 * 4, 7),
    ),
});
