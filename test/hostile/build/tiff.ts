import { bytes, u16le, u32le, u64le } from './bytes.ts';
import { zeros } from './png.ts';

export const TYPES = { byte: 1, ascii: 2, short: 3, long: 4, rational: 5, undefined: 7, double: 12 } as const;

/** An entry of a directory: its value, or the offset of its value where that is longer than four bytes. */
export interface Entry {
  tag: number;
  type: number;
  count: number;
  value: number;
}

export const entry = (tag: number, type: number, count: number, value: number): Entry => ({
  tag,
  type,
  count,
  value,
});

/** Serialises a directory in little-endian order. */
export const directory = (entries: readonly Entry[], next = 0): Buffer =>
  bytes(
    u16le(entries.length),
    ...entries.map(({ tag, type, count, value }) =>
      bytes(u16le(tag), u16le(type), u32le(count), u32le(value)),
    ),
    u32le(next),
  );

const FIRST = 8;
export const directorySize = (entries: number) => 2 + 12 * entries + 4;

/** Makes a file: header, first directory, then `rest`, which begins at `restAt(entries.length)`. */
export const tiff = (entries: readonly Entry[], rest: Uint8Array = Buffer.alloc(0), next = 0): Buffer =>
  bytes('II*\0', u32le(FIRST), directory(entries, next), rest);
export const restAt = (entries: number) => FIRST + directorySize(entries);

export interface Layout {
  width: number;
  height: number;
  /** Offset of the image data in the file, and its length. */
  at: number;
  length: number;
  bits?: number;
  samples?: number;
  /** 1 none, 5 LZW, 8 deflate. */
  compression?: number;
  rowsPerStrip?: number;
}

/** The entries of a grey or RGB image in one strip. */
export function imageEntries(layout: Layout): Entry[] {
  const { width, height, at, length, bits = 8, samples = 1, compression = 1, rowsPerStrip = height } = layout;
  return [
    entry(256, TYPES.long, 1, width),
    entry(257, TYPES.long, 1, height),
    entry(258, TYPES.short, 1, bits),
    entry(259, TYPES.short, 1, compression),
    entry(262, TYPES.short, 1, samples >= 3 ? 2 : 1),
    entry(273, TYPES.long, 1, at),
    entry(277, TYPES.short, 1, samples),
    entry(278, TYPES.long, 1, rowsPerStrip),
    entry(279, TYPES.long, 1, length),
  ];
}

/** Noise: an image with detail. */
export const noise = (size: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 2_654_435_761) >>> 24));

/** Makes a grey image of 64 × 64 pixels with further entries (tags above 279, in order), whose values follow it. */
export function withTags(further: (valuesAt: number) => Entry[], values: Uint8Array, next = 0): Buffer {
  const count = imageEntries({ width: 64, height: 64, at: 0, length: 0 }).length + further(0).length;
  const at = restAt(count);
  const entries = [...imageEntries({ width: 64, height: 64, at, length: 4096 }), ...further(at + 4096)];
  return tiff(entries, bytes(noise(4096), values), next);
}

/** Makes an image of one colour in a single deflated strip. */
export function deflated(layout: Omit<Layout, 'at' | 'length'>, size: number): Buffer {
  const data = zeros(size);
  const all = { ...layout, compression: 8, length: data.length };
  const at = restAt(imageEntries({ ...all, at: 0 }).length);
  return tiff(imageEntries({ ...all, at }), data);
}

/** Makes `count` pages, each of the same 64 × 64 pixels. With `cyclic`, the last leads to the first. */
export function pages(count: number, cyclic = false): Buffer {
  const at = FIRST;
  const size = directorySize(imageEntries({ width: 64, height: 64, at, length: 4096 }).length);
  const first = at + 4096;
  const all = Array.from({ length: count }, (_, index) => {
    const last = index === count - 1;
    const next = last ? (cyclic ? first : 0) : first + (index + 1) * size;
    return directory(imageEntries({ width: 64, height: 64, at, length: 4096 }), next);
  });
  return bytes('II*\0', u32le(first), noise(4096), ...all);
}

/** Makes a page for each `NewSubfileType`: 64 × 64 pixels where it is undefined, else 32 × 32. */
export function pagesOfTypes(types: readonly (number | undefined)[]): Buffer {
  const first = FIRST + 4096;
  const entriesOf = (type: number | undefined) => {
    const side = type === undefined ? 64 : 32;
    const image = imageEntries({ width: side, height: side, at: FIRST, length: side * side });
    return type === undefined ? image : [entry(254, TYPES.long, 1, type), ...image];
  };
  let at = first;
  const all = types.map((type, index) => {
    const entries = entriesOf(type);
    at += directorySize(entries.length);
    return directory(entries, index === types.length - 1 ? 0 : at);
  });
  return bytes('II*\0', u32le(first), noise(4096), ...all);
}

/** Makes a BigTIFF of `count` entries that share one value of `size` bytes. */
export function bigTiff(count: number, size: number): Buffer {
  const base = imageEntries({ width: 64, height: 64, at: 0, length: 4096 });
  const total = base.length + count;
  const at = 16 + 8 + 20 * total + 8;
  const entries = [
    ...base.map((one) => (one.tag === 273 ? { ...one, value: at } : one)),
    ...Array.from({ length: count }, (_, index) => entry(40_000 + index, TYPES.undefined, size, at + 4096)),
  ];
  const body = entries.map(({ tag, type, count: values, value }) =>
    bytes(
      u16le(tag),
      u16le(type),
      u64le(values),
      type === TYPES.short ? bytes(u16le(value), Buffer.alloc(6)) : u64le(value),
    ),
  );
  return bytes(
    'II+\0',
    u16le(8),
    u16le(0),
    u64le(16),
    u64le(total),
    ...body,
    u64le(0),
    noise(4096),
    Buffer.alloc(size, 1),
  );
}
