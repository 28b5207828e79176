import { constants, crc32, deflateRawSync } from 'node:zlib';
import { bytes, MEGABYTE, times, u16be, u32be } from './bytes.ts';

const SIGNATURE = '\x89PNG\r\n\x1a\n';
/** Signature, and IHDR with its length, type and checksum. */
const HEADER_END = 33;

export function chunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const body = bytes(type, data);
  return bytes(u32be(data.length), body, u32be(crc32(body)));
}

/** Inserts chunks after the header. */
export const withChunks = (png: Buffer, ...chunks: Uint8Array[]): Buffer =>
  bytes(png.subarray(0, HEADER_END), ...chunks, png.subarray(HEADER_END));

/** `colour` 0 grey, 2 RGB, 3 palette, 6 RGBA. */
export const header = (width: number, height: number, depth = 8, colour = 2, interlace = 0) =>
  chunk('IHDR', bytes(u32be(width), u32be(height), depth, colour, 0, 0, interlace));

export const png = (...chunks: Uint8Array[]): Buffer => bytes(SIGNATURE, ...chunks, chunk('IEND'));

const BLOCK = deflateRawSync(Buffer.alloc(MEGABYTE), { finishFlush: constants.Z_FULL_FLUSH });
/** Deflates `size` zero bytes, to about a thousandth: repeats a compressed megabyte instead of compressing all. */
export function zeros(size: number): Buffer {
  const rest = deflateRawSync(Buffer.alloc(size % MEGABYTE));
  const adler32 = bytes(u16be(size % 65_521), u16be(1));
  return bytes(0x78, 0x9c, times(Math.floor(size / MEGABYTE), BLOCK), rest, adler32);
}

/** Makes a black PNG; `extra` bytes of image data follow its last row. */
export function blackPng(
  width: number,
  height: number,
  { depth = 8, colour = 2, interlace = 0, extra = 0 } = {},
): Buffer {
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colour] ?? 1;
  const rows = (columns: number, lines: number) =>
    columns === 0 ? 0 : lines * (1 + Math.ceil((columns * channels * depth) / 8));
  const size = interlace
    ? ADAM7.reduce(
        (sum, [x, y, dx, dy]) => sum + rows(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)),
        0,
      )
    : rows(width, height);
  return png(header(width, height, depth, colour, interlace), chunk('IDAT', zeros(size + extra)));
}

/** Start and step of each pass of an interlaced image. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Makes a compressed text chunk that inflates to `megabytes`. */
export const textBomb = (megabytes: number) =>
  chunk('zTXt', bytes('Comment\0\0', zeros(megabytes * MEGABYTE)));
export const unicodeTextBomb = (megabytes: number) =>
  chunk('iTXt', bytes('Comment\0\x01\0\0\0', zeros(megabytes * MEGABYTE)));
export const profileChunk = (deflated: Uint8Array) => chunk('iCCP', bytes('icc\0\0', deflated));
