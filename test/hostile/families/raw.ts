import { bytes, MEGABYTE, times, u32be, u32le } from '../build/bytes.ts';
import { directory, entry, restAt, TYPES, tiff } from '../build/tiff.ts';
import { family, large } from '../hostile-file.ts';
import { bases } from './bases.ts';

const VERSION = entry(50_706, TYPES.byte, 4, 0x0401);
const subDirectories = (count: number, offset: (at: number, index: number) => number, rest: Uint8Array) => {
  const at = restAt(2);
  const list = Buffer.alloc(4 * count);
  for (let index = 0; index < count; index++) list.writeUInt32LE(offset(at + 4 * count, index), 4 * index);
  return tiff([entry(330, TYPES.long, count, at), VERSION], bytes(list, rest));
};
const preview = (offset: number, length: number) =>
  directory([entry(273, TYPES.long, 1, offset), entry(279, TYPES.long, 1, length)]);

/** Files of the RAW family. */
export const rawFiles = family('raw', 'image/x-adobe-dng', {
  'a sub-directory that is the first': () => subDirectories(2, () => 8, Buffer.alloc(4)),
  '1 million sub-directories': () => subDirectories(MEGABYTE, () => 8, Buffer.alloc(4)),
  'sub-directories beyond the end': () => subDirectories(1000, () => 0xffffff00, Buffer.alloc(4)),
  '100 directories that share a preview of 4 MB': async () => {
    const base = bytes(await bases.jpeg(), Buffer.alloc(4 * MEGABYTE, 0xff));
    const one = preview(8, 100).length;
    const at = restAt(2) + 400 + 100 * one;
    return subDirectories(
      100,
      (from, index) => from + index * one,
      bytes(times(100, preview(at, base.length)), base),
    );
  },
  'a preview of a preview': async () =>
    subDirectories(2, (at) => at, bytes(preview(0, MEGABYTE), await bases.jpeg())),
  'Fujifilm’s, of a preview beyond the end': () =>
    bytes('FUJIFILMCCD-RAW '.padEnd(84, '0'), u32be(0xffffff00), u32be(0xffffff00), Buffer.alloc(64)),
  'Olympus’s, of 40 MB of starts of JPEGs': large(() =>
    bytes('IIRO', u32le(8), directory([]), times(14 * MEGABYTE, bytes(0xff, 0xd8, 0xff))),
  ),
  'Olympus’s, of nothing': () => bytes('IIRO', u32le(8), Buffer.alloc(64)),
});
