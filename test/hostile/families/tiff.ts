import { bytes, MEGABYTE, times, u32le } from '../build/bytes.ts';
import * as icc from '../build/icc.ts';
import * as tiff from '../build/tiff.ts';
import { family, large } from '../hostile-file.ts';

const { entry, TYPES } = tiff;
const tags = (count: number, type: number, values: number, size: number, step = 0) =>
  tiff.withTags(
    (at) =>
      Array.from({ length: count }, (_, index) => entry(40_000 + index, type, values, at + index * step)),
    Buffer.alloc(size, 7),
  );
/** Makes an image of 64 × 64 whose strips are listed in arrays of `count` values. */
const strips = (count: number, height: number) => {
  const at = tiff.restAt(9);
  const listAt = at + 4096;
  const layout = { width: 64, height, at, length: 64, rowsPerStrip: 1 };
  const entries = tiff.imageEntries(layout).map((one) => {
    if (one.tag === 273) return entry(273, TYPES.long, count, listAt);
    return one.tag === 279 ? entry(279, TYPES.long, count, listAt + count * 4) : one;
  });
  return tiff.tiff(entries, bytes(tiff.noise(4096), times(count, u32le(at)), times(count, u32le(64))));
};
const tiles = (side: number, width: number, height: number, count: number) => {
  const at = tiff.restAt(10);
  const listAt = at + 4096;
  const entries = tiff
    .imageEntries({ width, height, at, length: 4096 })
    .filter(({ tag }) => tag < 273 || tag === 277)
    .concat(
      entry(322, TYPES.long, 1, side),
      entry(323, TYPES.long, 1, side),
      entry(324, TYPES.long, count, count === 1 ? at : listAt),
      entry(325, TYPES.long, count, count === 1 ? 4096 : listAt + 4 * count),
    );
  return tiff.tiff(entries, bytes(tiff.noise(4096), times(count, u32le(at)), times(count, u32le(4096))));
};

/** Files of the TIFF family. */
export const tiffFiles = family('tiff', 'image/tiff', {
  '500 tags that share a megabyte': () => tags(500, TYPES.byte, MEGABYTE, MEGABYTE),
  '500 tags that share 40 MB': large(() => tags(500, TYPES.undefined, 40 * MEGABYTE, 40 * MEGABYTE)),
  '500 tags of 80 KB of their own': large(() => tags(500, TYPES.byte, 80_000, 40 * MEGABYTE, 80_000)),
  '500 tags of a million shorts': () => tags(500, TYPES.short, MEGABYTE, 2 * MEGABYTE),
  '20 000 tags': () => tags(20_000, TYPES.short, 1, 4),
  '20 000 tags that share a text': () => tags(20_000, TYPES.ascii, MEGABYTE, MEGABYTE),
  '65 000 tags of one number': () =>
    tiff.withTags(
      () => Array.from({ length: 65_000 }, () => entry(40_000, TYPES.short, 1, 7)),
      Buffer.alloc(4),
    ),
  'tags of 4 G values': () => tags(100, TYPES.double, 0xffffffff, 4096),
  'tags of unknown types': () => tags(1000, 99, 0xffffffff, 4096),
  '500 strip lists of a megabyte': () => {
    const at = tiff.restAt(502);
    const list = Array.from({ length: 500 }, (_, index) =>
      entry(index % 2 ? 279 : 273, TYPES.long, MEGABYTE / 4, at),
    );
    return tiff.tiff(
      [entry(256, TYPES.long, 1, 64), entry(257, TYPES.long, 1, 64), ...list],
      Buffer.alloc(MEGABYTE),
    );
  },
  '10 000 pages': () => tiff.pages(10_000),
  '2 pages': () => tiff.pages(2),
  'a page that leads to itself': () => tiff.pages(1, true),
  '1 000 pages in a circle': () => tiff.pages(1000, true),
  '5 million strips for 64 rows': large(() => strips(5_000_000, 64)),
  '1 million strips of one row': large(() => strips(1_000_000, 1_000_000)),
  'a tile of 65 536 × 65 536': () => tiles(65_536, 64, 64, 1),
  'a tile of 20 000 × 20 000': () => tiles(20_000, 64, 64, 1),
  '160 000 tiles of 16 × 16 that share their data': () => tiles(16, 6400, 6400, 160_000),
  'deflated, 99 Mpx, grey': () => tiff.deflated({ width: 9900, height: 10_000 }, 99_000_000),
  'deflated, 99 Mpx, RGB in one strip': () =>
    tiff.deflated({ width: 9900, height: 10_000, samples: 3 }, 297_000_000),
  'deflated, 64 × 64 with 500 MB behind': () => tiff.deflated({ width: 64, height: 64 }, 500 * MEGABYTE),
  '99 Mpx of 64 bits and 4 samples': () =>
    tiff.deflated({ width: 9900, height: 10_000, samples: 4, bits: 64 }, MEGABYTE),
  '1 Mpx of 1 000 samples': () => tiff.deflated({ width: 1000, height: 1000, samples: 1000 }, MEGABYTE),
  '64 × 64 of 65 535 samples': () => tiff.deflated({ width: 64, height: 64, samples: 65_535 }, MEGABYTE),
  '65 535 bits a sample': () => tiff.deflated({ width: 64, height: 64, bits: 65_535 }, MEGABYTE),
  '2³² × 2³²': () => tiff.deflated({ width: 0xffffffff, height: 0xffffffff }, MEGABYTE),
  'no size': () => tiff.deflated({ width: 0, height: 0 }, 4096),
  'no strips': () => tiff.tiff([entry(256, TYPES.long, 1, 64), entry(257, TYPES.long, 1, 64)]),
  'a profile of 40 MB': large(() =>
    tiff.withTags((at) => [entry(34_675, TYPES.undefined, 40 * MEGABYTE, at)], icc.profile(40 * MEGABYTE)),
  ),
  'a profile with a lookup table of 255³': large(() =>
    tiff.withTags(
      (at) => [entry(34_675, TYPES.undefined, 40 * MEGABYTE, at)],
      icc.lookupTable(255, 40 * MEGABYTE),
    ),
  ),
  'a sub-directory that is the first': () =>
    tiff.withTags(() => [entry(330, TYPES.long, 1, 8)], Buffer.alloc(4)),
  '1 million sub-directories': () =>
    tiff.withTags((at) => [entry(330, TYPES.long, MEGABYTE, at)], times(MEGABYTE, u32le(8))),
  'an EXIF directory of 60 arrays': () =>
    tiff.withTags(
      (at) => [entry(34_665, TYPES.long, 1, at)],
      tiff.directory(Array.from({ length: 60 }, (_, index) => entry(271 + index, TYPES.short, 2000, 8))),
    ),
  'BigTIFF, 500 tags that share a megabyte': () => tiff.bigTiff(500, MEGABYTE),
  'BigTIFF, 500 tags that share 40 MB': large(() => tiff.bigTiff(500, 40 * MEGABYTE)),
});
