import type { ImageFormat } from '#shared/kernel/vocabulary.ts';

/**
 * Returns true if a file ends before its structure does. The decoders report this by wording only, or not at all
 * (libpng ignores a missing IEND). Bytes after the end are allowed: re-encoding drops them.
 */
export function isTruncated(format: ImageFormat, bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    return CHECKS[format](buffer);
  } catch (error) {
    if (error instanceof RangeError) return true; // a length or an offset lies beyond the last byte
    throw error;
  }
}

const CHECKS: Readonly<Record<ImageFormat, (buffer: Buffer) => boolean>> = {
  jpeg: jpegIsTruncated,
  png: pngIsTruncated,
  webp: (buffer) => buffer.readUInt32LE(4) + 7 > buffer.length, // some writers leave the last pad byte out
  gif: gifIsTruncated,
  tiff: tiffIsTruncated,
  avif: boxesAreTruncated,
  heic: boxesAreTruncated,
};

/** Walks segments and scans to the end-of-image marker. (That of an embedded thumbnail is inside a segment.) */
function jpegIsTruncated(buffer: Buffer): boolean {
  if (buffer.length >= 4 && buffer.readUInt16BE(buffer.length - 2) === 0xffd9) return false;
  let at = 2;
  while (at < buffer.length) {
    at = buffer.indexOf(0xff, at);
    if (at < 0) return true;
    const marker = buffer.readUInt8(at + 1);
    if (marker === 0xd9) return false;
    // Stuffed zero, fill bytes and restart markers belong to a scan and have no length.
    const standsAlone = marker === 0x00 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (marker === 0xff) at += 1;
    else at += standsAlone ? 2 : 2 + buffer.readUInt16BE(at + 2);
  }
  return true;
}

/** Walks the chunks: length, type, data, checksum. */
function pngIsTruncated(buffer: Buffer): boolean {
  for (let at = 8; at < buffer.length; ) {
    const end = at + 12 + buffer.readUInt32BE(at);
    if (buffer.toString('latin1', at + 4, at + 8) === 'IEND') return end > buffer.length;
    at = end;
  }
  return true;
}

/** Walks the blocks to the trailer. An unknown block is corruption, not truncation. */
function gifIsTruncated(buffer: Buffer): boolean {
  const colourTable = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + colourTable(buffer.readUInt8(10));
  for (;;) {
    const block = buffer.readUInt8(at);
    if (block === 0x21) at += 2;
    else if (block === 0x2c) at += 11 + colourTable(buffer.readUInt8(at + 9));
    else return false;
    let length = buffer.readUInt8(at);
    while (length > 0) {
      at += 1 + length;
      length = buffer.readUInt8(at);
    }
    at += 1;
  }
}

const STRIPS_OR_TILES: Readonly<Record<number, 'offsets' | 'counts'>> = {
  273: 'offsets',
  279: 'counts',
  324: 'offsets',
  325: 'counts',
};
/** Bytes of a value of each TIFF type; the first is type 1. */
const TIFF_TYPE_BYTES = [1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/** Returns true if the first directory, or data that it points to, lies beyond the end. BigTIFF is left to the decoder. */
function tiffIsTruncated(buffer: Buffer): boolean {
  const little = buffer.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number) => (little ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at));
  const u32 = (at: number) => (little ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at));
  if (u16(2) !== 42) return false;

  const directory = u32(4);
  const entries = u16(directory);
  if (directory + 2 + 12 * entries + 4 > buffer.length) return true;
  const parts: { offsets: number[]; counts: number[] } = { offsets: [], counts: [] };
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    const width = TIFF_TYPE_BYTES[u16(at + 2) - 1] ?? 1;
    const count = u32(at + 4);
    const values = count * width <= 4 ? at + 8 : u32(at + 8);
    if (values + count * width > buffer.length) return true;
    const part = STRIPS_OR_TILES[u16(at)];
    const read = width === 2 ? u16 : u32;
    if (part) parts[part] = Array.from({ length: count }, (_, index) => read(values + index * width));
  }
  return parts.offsets.some((offset, index) => offset + (parts.counts[index] ?? 0) > buffer.length);
}

/** Walks the top-level boxes of ISO base media (AVIF, HEIC). */
function boxesAreTruncated(buffer: Buffer): boolean {
  for (let at = 0; at < buffer.length; ) {
    const size = buffer.readUInt32BE(at);
    if (size === 0) return false; // "to the end of the file"
    const length = size === 1 ? Number(buffer.readBigUInt64BE(at + 8)) : size;
    if (length < 8) return false; // corruption: the decoder reports it
    at += length;
    if (at > buffer.length) return true;
  }
  return false;
}
