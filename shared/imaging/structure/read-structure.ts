import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import { bmpStructure } from './bmp.ts';
import { boxesStructure } from './boxes.ts';
import { gifStructure } from './gif.ts';
import { jpegStructure } from './jpeg.ts';
import { pngStructure } from './png.ts';
import { rawStructure } from './raw.ts';
import { type Structure, truncated } from './structure.ts';
import { tiffStructure } from './tiff.ts';
import { webpStructure } from './webp.ts';

const STRUCTURES: Readonly<Record<ImageFormat, (file: Buffer) => Structure>> = {
  jpeg: jpegStructure,
  png: pngStructure,
  webp: webpStructure,
  gif: gifStructure,
  tiff: tiffStructure,
  avif: boxesStructure,
  heic: boxesStructure,
  bmp: bmpStructure,
  raw: rawStructure,
};

/**
 * Reads the structure of a file. Bytes after the end of the image are allowed, and dropped.
 * @throws Problem `truncated` if the file ends before its structure does: the decoders report this by wording only, or
 *   not at all (libpng ignores a missing IEND)
 * @throws Problem `unreadable_image` beyond a limit
 */
export function readStructure(format: ImageFormat, bytes: Uint8Array): Structure {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    return STRUCTURES[format](file);
  } catch (error) {
    if (error instanceof RangeError) throw truncated(); // a length or an offset lies beyond the last byte
    throw error;
  }
}
