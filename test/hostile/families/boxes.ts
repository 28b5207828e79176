import sharp from 'sharp';
import { heic, grid as heicGrid, rotation, withProperties } from '../../fixtures/heic.ts';
import * as b from '../build/boxes.ts';
import { bytes, MEGABYTE, times, u16be, u32be } from '../build/bytes.ts';
import * as exif from '../build/exif.ts';
import { TYPES } from '../build/tiff.ts';
import { family, large } from '../hostile-file.ts';
import { bases } from './bases.ts';

const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#402010' } })
    .avif({ effort: 0, quality: 1, chromaSubsampling: '4:4:4' })
    .toBuffer();

/** Makes a file whose primary item is a grid of `rows` × `columns` tiles, each the same AV1 image of 64 × 64. */
async function grid(rows: number, columns: number, width: number, height: number): Promise<Buffer> {
  const tile = await flat(64, 64);
  const av1 = b.contentOf(tile, 'mdat');
  const tiles = rows * columns;
  const configuration = b.box('av1C', b.contentOf(tile, 'av1C'));
  const size = (x: number, y: number) => b.fullBox('ispe', 0, u32be(x), u32be(y));
  const pixels = b.fullBox('pixi', 0, 3, 8, 8, 8);
  const ids = Array.from({ length: tiles }, (_, index) => index + 2);
  const layout = bytes(0, 1, rows - 1, columns - 1, u32be(width), u32be(height));
  return b.heif(
    b.fileType(),
    (at) => [
      b.handler,
      b.primary(1),
      b.itemInfos([b.itemInfo(1, 'grid'), ...ids.map((id) => b.itemInfo(id, 'av01'))]),
      b.locations([
        { item: 1, extents: [{ offset: at, length: layout.length }] },
        ...ids.map((item) => ({ item, extents: [{ offset: at + layout.length, length: av1.length }] })),
      ]),
      b.fullBox('iref', 0, b.box('dimg', u16be(1), u16be(tiles), ...ids.map(u16be))),
      b.box(
        'iprp',
        b.box('ipco', configuration, size(64, 64), size(width, height), pixels),
        b.fullBox(
          'ipma',
          0,
          u32be(tiles + 1),
          bytes(u16be(1), 2, 3, 4),
          ...ids.map((id) => bytes(u16be(id), 3, 0x81, 2, 4)),
        ),
      ),
    ],
    bytes(layout, av1),
  );
}

/** Makes a file of a `meta` box alone. */
const metaOnly = (...content: Buffer[]) =>
  b.heif(b.fileType(), () => [b.handler, b.primary(1), ...content], Buffer.alloc(100));
const extents = (items: number, each: number, length: number) =>
  b.locations(
    Array.from({ length: items }, (_, index) => ({
      item: index + 1,
      extents: new Array(each).fill({ offset: 0, length }),
    })),
  );
/** Makes a file with an EXIF item beside a primary item that is no image. */
const withExif = (block: Buffer) =>
  b.heif(
    b.fileType(),
    (at) => [
      b.handler,
      b.primary(1),
      b.itemInfos([b.itemInfo(1, 'av01'), b.itemInfo(2, 'Exif')]),
      b.locations([
        { item: 1, extents: [{ offset: at, length: 10 }] },
        { item: 2, extents: [{ offset: at, length: block.length + 4 }] },
      ]),
      b.fullBox('iref', 0, b.box('cdsc', u16be(2), u16be(1), u16be(1))),
    ],
    bytes(u32be(0), block),
  );
const sized = (width: number, height: number) => async () => {
  const file = Buffer.from(await bases.avif());
  const at = file.indexOf('ispe');
  file.writeUInt32BE(width, at + 8);
  file.writeUInt32BE(height, at + 12);
  return file;
};
const behind =
  (...boxes: Buffer[]) =>
  async () =>
    bytes(await bases.avif(), ...boxes);
const between =
  (...boxes: Buffer[]) =>
  async () => {
    const file = await bases.avif();
    const end = file.readUInt32BE(0);
    return bytes(file.subarray(0, end), ...boxes, file.subarray(end));
  };

/** Files of the AVIF family. */
export const avifFiles = family('avif', 'image/avif', {
  '36 Mpx of one colour': () => flat(6000, 6000),
  'a grid of 2 × 2 tiles for 99 Mpx': () => grid(2, 2, 9900, 10_000),
  'a grid of 100 × 100 tiles that share their data': () => grid(100, 100, 6400, 6400),
  'a grid of 256 × 1 tiles for 2³² × 2³²': () => grid(1, 256, 0xffffffff, 0xffffffff),
  'claims 2³² × 2³²': sized(0xffffffff, 0xffffffff),
  'claims 99 Mpx': sized(9900, 10_000),
  'claims no size': sized(0, 0),
  'boxes 50 000 levels deep': behind(b.nested('moov', 50_000)),
  'item boxes 50 000 levels deep': () => metaOnly(b.nested('iprp', 50_000)),
  '5 million empty boxes behind': large(behind(b.emptyBoxes(5_000_000))),
  '5 million empty boxes between': large(between(b.emptyBoxes(5_000_000))),
  'a box without an end, first': between(b.endless('free')),
  'a box without an end, behind': behind(b.endless('free')),
  'a box of 2⁶³ bytes': behind(b.largeBox('free', 2 ** 62)),
  'a box of 3 bytes': between(bytes(u32be(3), 'free')),
  '10 million brands': large(() => bytes(b.fileType('avif', 'mif1'.repeat(10_000_000)), b.emptyBoxes(1))),
  '60 000 items of 10 extents': large(() => metaOnly(extents(60_000, 10, 100))),
  '10 items of 60 000 extents': large(() => metaOnly(extents(10, 60_000, MEGABYTE))),
  '60 000 item infos': () =>
    metaOnly(b.itemInfos(Array.from({ length: 60_000 }, (_, index) => b.itemInfo(index, 'av01')))),
  'item infos that claim 65 535 and have none': () => metaOnly(b.fullBox('iinf', 0, u16be(65_535))),
  '1 million properties': large(() =>
    metaOnly(b.box('iprp', b.box('ipco', b.emptyBoxes(1_000_000, 'irot')))),
  ),
  'a grid of itself': () =>
    b.heif(
      b.fileType(),
      (at) => [
        b.handler,
        b.primary(1),
        b.itemInfos([b.itemInfo(1, 'grid')]),
        b.locations([{ item: 1, extents: [{ offset: at, length: 8 }] }]),
        b.fullBox('iref', 0, b.box('dimg', u16be(1), u16be(4), times(4, u16be(1)))),
      ],
      bytes(0, 0, 1, 1, u16be(9000), u16be(9000)),
    ),
  'EXIF of 60 arrays that share 4 MB': () =>
    withExif(exif.shared(60, TYPES.short, 2 * MEGABYTE, 4 * MEGABYTE)),
  'a profile of 40 MB': large(() =>
    metaOnly(b.box('iprp', b.box('ipco', b.box('colr', 'prof', Buffer.alloc(40 * MEGABYTE, 1))))),
  ),
  'data of 40 MB of zeros': large(async () => {
    const file = await bases.avif();
    return bytes(file, b.box('mdat', Buffer.alloc(40 * MEGABYTE)));
  }),
  'AV1 data that is noise': async () => {
    const file = Buffer.from(await bases.avif());
    for (let at = file.indexOf('mdat') + 20; at < file.length; at++) file[at] = (at * 197) & 0xff;
    return file;
  },
});

/** Changes the coded data of a HEIC from a share of them on. */
const spoilt = (from: number, byte: (at: number) => number) => () => {
  const file = heic('eight-bit');
  const start = file.indexOf('mdat') + 4;
  for (let at = Math.round(start + from * (file.length - start)); at < file.length; at++) file[at] = byte(at);
  return file;
};

/** Files of the HEIC family. */
export const heicFiles = family('heic', 'image/heic', {
  '10 million brands': large(() => b.fileType('heic', 'mif1'.repeat(10_000_000))),
  'boxes 50 000 levels deep': () => bytes(b.fileType('heic'), b.nested('meta', 50_000)),
  '5 million empty boxes': large(() => bytes(b.fileType('heic'), b.emptyBoxes(5_000_000))),
  'a box without an end': () => bytes(b.fileType('heic'), b.endless('meta')),
  'a sequence': () => bytes(b.fileType('msf1'), b.emptyBoxes(10)),
  '60 000 items of 10 extents': large(() =>
    b.heif(b.fileType('heic'), () => [b.handler, b.primary(1), extents(60_000, 10, 100)], Buffer.alloc(10)),
  ),
  'a grid of 40 × 40 tiles that share their data': () => heicGrid(40, 40),
  'a grid of 8 × 8 tiles, 17 Mpx': () => heicGrid(8, 8),
  'a grid of 120 × 120 tiles': () => heicGrid(120, 120),
  '120 rotations': () => withProperties(Array.from({ length: 120 }, (_, at) => rotation(at % 4))),
  'HEVC that is noise': spoilt(0, (at) => (at * 197) & 0xff),
  'HEVC that becomes noise': spoilt(0.5, (at) => (at * 197) & 0xff),
  'HEVC of zeros': spoilt(0.1, () => 0),
  'claims 48 Mpx': () => {
    const file = heic('eight-bit');
    const at = file.indexOf('ispe');
    file.writeUInt32BE(8000, at + 8);
    file.writeUInt32BE(6000, at + 12);
    return file;
  },
  'HEVC data that is none': () =>
    b.heif(
      b.fileType('heic'),
      (at) => [
        b.handler,
        b.primary(1),
        b.itemInfos([b.itemInfo(1, 'hvc1')]),
        b.locations([{ item: 1, extents: [{ offset: at, length: 4096 }] }]),
      ],
      Buffer.alloc(4096, 3),
    ),
});
