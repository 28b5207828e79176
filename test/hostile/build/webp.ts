import { bytes, times, u16le, u32le } from './bytes.ts';

/** Makes a chunk, padded to an even length. */
export const chunk = (type: string, data: Uint8Array) =>
  bytes(type, u32le(data.length), data, Buffer.alloc(data.length & 1));

export const webp = (...chunks: Uint8Array[]) => {
  const body = bytes('WEBP', ...chunks);
  return bytes('RIFF', u32le(body.length), body);
};

const u24le = (value: number) => u32le(value).subarray(0, 3);
export const FLAGS = { animation: 0x02, xmp: 0x04, exif: 0x08, alpha: 0x10, profile: 0x20 } as const;

/** Makes the extended header of a canvas. */
export const extended = (flags: number, width: number, height: number) =>
  chunk('VP8X', bytes(flags, 0, 0, 0, u24le(width - 1), u24le(height - 1)));

/** Returns the chunks of a simple WebP file, without its RIFF header. */
export const imageChunks = (file: Buffer) => file.subarray(12);

/** Makes an animation that repeats a still image. */
export function animation(count: number, still: Buffer, width: number, height: number): Buffer {
  const one = chunk(
    'ANMF',
    bytes(u24le(0), u24le(0), u24le(width - 1), u24le(height - 1), u24le(10), 0, imageChunks(still)),
  );
  return webp(
    extended(FLAGS.animation, width, height),
    chunk('ANIM', bytes(u32le(0), u16le(0))),
    times(count, one),
  );
}

/** Makes a header of lossless data for a canvas, followed by `body`. */
export const lossless = (width: number, height: number, body: Uint8Array) =>
  webp(chunk('VP8L', bytes(0x2f, u32le(((width - 1) | ((height - 1) << 14)) >>> 0), body)));
