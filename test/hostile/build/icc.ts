import { bytes, u16be, u32be } from './bytes.ts';

/** Makes an RGB profile of `size` bytes with tags; each has a signature, an offset and a length. */
export function profile(
  size: number,
  tags: readonly [string, number, number][] = [],
  body: Uint8Array = Buffer.alloc(0),
) {
  const table = bytes(
    u32be(tags.length),
    ...tags.map(([name, at, length]) => bytes(name, u32be(at), u32be(length))),
  );
  const head = bytes(
    u32be(size),
    'lcms',
    u32be(0x02400000),
    'mntr',
    'RGB ',
    'XYZ ',
    Buffer.alloc(12),
    'acsp',
    Buffer.alloc(28),
    u32be(0x0000f6d6),
    u32be(0x00010000),
    u32be(0x0000d32d),
    Buffer.alloc(48),
  );
  const start = bytes(head, table, body);
  return bytes(start, Buffer.alloc(Math.max(0, size - start.length)));
}

const TAG_AT = 128 + 4 + 12;
/** Makes a profile whose only table is a 16-bit lookup table of `grid` points in each of three directions. */
export function lookupTable(grid: number, size: number): Buffer {
  const table = bytes(
    'mft2',
    u32be(0),
    3,
    3,
    grid,
    0,
    Buffer.alloc(36),
    u16be(2),
    u16be(2),
    Buffer.alloc(12, 0xff),
  );
  return profile(size, [['A2B0', TAG_AT, size - TAG_AT]], table);
}

/** Makes a profile of a curve that claims `points` points. */
export const longCurve = (points: number, size: number) =>
  profile(size, [['rTRC', TAG_AT, size - TAG_AT]], bytes('curv', u32be(0), u32be(points)));

/** Makes a profile of as many tags as fit, all of them the same bytes. */
export const manyTags = (count: number, size: number) =>
  profile(
    size,
    Array.from({ length: count }, (_, index) => [index.toString(36).padStart(4, 't'), 200, size - 200]),
  );

/** Makes a profile of 4 KB whose header claims another length. */
export function claiming(size: number): Buffer {
  const all = profile(4096);
  all.writeUInt32BE(size, 0);
  return all;
}
