import { bytes, times, u16le } from './bytes.ts';

const TRAILER = bytes(0x3b);
const TABLE = bytes(0, 0, 0, 0xff, 0xff, 0xff);
/** LZW of a single pixel: clear, 0, end, at a minimum code size of two bits. */
const PIXEL = bytes(2, 2, 0x44, 0x01, 0);

export const head = (width: number, height: number) =>
  bytes('GIF89a', u16le(width), u16le(height), 0x80, 0, 0, TABLE);

export const image = (width: number, height: number, data: Uint8Array = PIXEL) =>
  bytes(0x2c, u16le(0), u16le(0), u16le(width), u16le(height), 0, data);

export const gif = (width: number, height: number, ...blocks: Uint8Array[]) =>
  bytes(head(width, height), ...blocks, TRAILER);

export const frames = (count: number, width: number, height: number) =>
  gif(width, height, times(count, image(1, 1)));

/** Makes a comment of `count` sub-blocks of `size` bytes. */
export const comment = (count: number, size: number) =>
  bytes(0x21, 0xfe, times(count, bytes(size, Buffer.alloc(size, 0x41))), 0);

/** Makes image data of `count` full sub-blocks of one byte value. */
export const imageData = (count: number, value: number) =>
  bytes(8, times(count, bytes(255, Buffer.alloc(255, value))), 0);
