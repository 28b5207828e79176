import { Problem } from '#shared/kernel/problems.ts';

/** Codes of a BMP's compression. */
export const COMPRESSION = { none: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 } as const;

/** The header of a BMP, in any of its versions. */
export interface BmpHeader {
  width: number;
  height: number;
  /** The first row of the file is the lowest. */
  isBottomUp: boolean;
  bitsPerPixel: number;
  compression: number;
  /** Bits of red, green, blue and alpha, for 16 and 32 bits a pixel. */
  masks: readonly [number, number, number, number];
  /** Red, green and blue of each colour, for up to 8 bits a pixel. */
  palette: Uint8Array;
  /** Offset of the pixels. */
  dataAt: number;
}

const FILE_HEADER = 14;
/** Bytes of the header of OS/2 1.x, and of the first of Windows. */
const [CORE, INFO] = [12, 40] as const;
const DEPTHS = [1, 4, 8, 16, 24, 32];
const MASKS_16 = [0x7c00, 0x03e0, 0x001f, 0] as const;
const MASKS_32 = [0xff0000, 0x00ff00, 0x0000ff, 0] as const;

/**
 * @throws Problem `unreadable_image` for what is no BMP of pixels, such as a JPEG inside of one
 * @throws RangeError if the header is cut off
 */
export function readBmpHeader(file: Buffer): BmpHeader {
  const size = file.readUInt32LE(FILE_HEADER);
  const isCore = size === CORE;
  const at = FILE_HEADER + 4;
  const width = isCore ? file.readUInt16LE(at) : file.readInt32LE(at);
  const height = isCore ? file.readUInt16LE(at + 2) : file.readInt32LE(at + 4);
  const bitsPerPixel = file.readUInt16LE(at + (isCore ? 6 : 10));
  const compression = isCore ? COMPRESSION.none : file.readUInt32LE(at + 12);
  const isKnown = isCore || (size >= INFO && size <= 1024);
  const isPaired =
    (compression !== COMPRESSION.rle8 || bitsPerPixel === 8) &&
    (compression !== COMPRESSION.rle4 || bitsPerPixel === 4);
  if (!isKnown || width <= 0 || !DEPTHS.includes(bitsPerPixel) || !isPaired)
    throw new Problem('unreadable_image', 'The BMP header is damaged.');
  if (!Object.values<number>(COMPRESSION).includes(compression))
    throw new Problem('unreadable_image', 'The BMP is coded in a way that is not read. Save it as PNG.');
  return {
    width,
    height: Math.abs(height),
    isBottomUp: height > 0,
    bitsPerPixel,
    compression,
    masks: masksOf(file, size, bitsPerPixel, compression),
    palette: paletteOf(file, size, bitsPerPixel, compression),
    dataAt: file.readUInt32LE(10),
  };
}

function masksOf(file: Buffer, size: number, bits: number, compression: number): BmpHeader['masks'] {
  const hasMasks = compression === COMPRESSION.bitFields || compression === COMPRESSION.alphaBitFields;
  if (!hasMasks) return bits === 16 ? MASKS_16 : MASKS_32;
  const at = FILE_HEADER + INFO;
  const hasAlpha = size >= INFO + 16 || compression === COMPRESSION.alphaBitFields;
  const [red, green, blue] = [0, 4, 8].map((step) => file.readUInt32LE(at + step));
  return [red ?? 0, green ?? 0, blue ?? 0, hasAlpha ? file.readUInt32LE(at + 12) : 0];
}

function paletteOf(file: Buffer, size: number, bits: number, compression: number): Uint8Array {
  if (bits > 8) return new Uint8Array();
  const isCore = size === CORE;
  const used = isCore ? 0 : file.readUInt32LE(FILE_HEADER + 32);
  const colours = Math.min(used || 1 << bits, 1 << bits);
  const step = isCore ? 3 : 4;
  const at = FILE_HEADER + size + (compression === COMPRESSION.bitFields && size === INFO ? 12 : 0);
  const palette = new Uint8Array(3 * 256);
  for (let index = 0; index < colours; index++)
    for (let channel = 0; channel < 3; channel++)
      palette[3 * index + channel] = file.readUInt8(at + index * step + 2 - channel);
  return palette;
}
