import { bytes, u16le, u32le } from './bytes.ts';

export interface BmpLayout {
  width: number;
  /** Negative: the first row is the highest. */
  height: number;
  bits: number;
  /** 0 none, 1 RLE of bytes, 2 RLE of nibbles, 3 masks. */
  compression?: number;
  /** Red, green, blue and alpha. */
  masks?: readonly number[];
  /** Red, green, blue of each colour. */
  palette?: readonly (readonly [number, number, number])[];
  /** Bytes between palette and pixels. */
  gap?: number;
  /** Makes the header of OS/2 1.x. */
  isCore?: boolean;
}

/** Makes a BMP of pixels as they are in the file. */
export function bmp(layout: BmpLayout, pixels: Uint8Array): Buffer {
  const { width, height, bits, compression = 0, masks = [], palette = [], gap = 0, isCore = false } = layout;
  const colours = palette.map(([red, green, blue]) => bytes(blue, green, red, ...(isCore ? [] : [0])));
  const info = isCore
    ? bytes(u32le(12), u16le(width), u16le(height), u16le(1), u16le(bits))
    : bytes(
        u32le(masks.length === 4 ? 56 : 40),
        u32le(width),
        u32le(height >>> 0),
        u16le(1),
        u16le(bits),
        u32le(compression),
        u32le(pixels.length),
        u32le(0),
        u32le(0),
        u32le(palette.length),
        u32le(0),
      );
  const body = bytes(info, ...masks.map((mask) => u32le(mask >>> 0)), ...colours, Buffer.alloc(gap));
  const dataAt = 14 + body.length;
  return bytes('BM', u32le(dataAt + pixels.length), u32le(0), u32le(dataAt), body, pixels);
}

/** Packs the values of a row of `bits` each, padded to four bytes. */
export function packRow(values: readonly number[], bits: number): Buffer {
  const row = Buffer.alloc(4 * Math.ceil((values.length * bits) / 32));
  for (const [index, value] of values.entries()) {
    const at = Math.floor((index * bits) / 8);
    if (bits < 8) row[at] = (row[at] ?? 0) | (value << (8 - bits - ((index * bits) % 8)));
    else row.writeUIntLE(value, at, bits / 8);
  }
  return row;
}
