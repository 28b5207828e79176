import sharp, { type Metadata } from 'sharp';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import { type Structure, truncated } from './structure/structure.ts';

/** Bits of a sample of each of libvips' types. */
const SAMPLE_BITS: Readonly<Record<string, number>> = {
  uchar: 8,
  char: 8,
  ushort: 16,
  short: 16,
  uint: 32,
  int: 32,
  float: 32,
  double: 64,
  complex: 64,
  dpcomplex: 128,
};
/** As in libjpeg-turbo's fuzzers (fuzz/decompress.cc, `TJPARAM_SCANLIMIT`). Encoders write about 10. */
const MAX_SCANS = 100;
/** Scans × pixels: 12 scans of 100 Mpx, which take 6 s. */
const MAX_SCANNED_PIXELS = 12 * IMAGE_LIMITS.pixels;
/** Bytes that a decoder may hold beside the raster: the coefficients of 100 Mpx of progressive RGB. */
const MAX_HELD_BYTES = 6 * IMAGE_LIMITS.pixels;

/** Reads the header of an image and checks what it states, before a pixel is decoded. */
export async function readHeader(format: ImageFormat, structure: Structure): Promise<Metadata> {
  const { decodable, cutOff } = structure;
  const read = (page: number) =>
    // The limit is checked below, so that it has a code of its own.
    sharp(decodable, { failOn: 'none', limitInputPixels: false, page })
      .metadata()
      .catch((cause: unknown) => {
        // sharp's errors have no code: after the checks of structure, they mean corruption.
        if (cutOff) throw truncated();
        throw new Problem('unreadable_image', `The ${format.toUpperCase()} data is damaged.`, { cause });
      });
  let header = await read(0);
  if (header.pagePrimary) header = await read(header.pagePrimary);
  checkHeader(format, header, structure);
  return header;
}

type Dimensions = Pick<
  Metadata,
  'width' | 'height' | 'channels' | 'depth' | 'isProgressive' | 'bitsPerSample'
>;

/**
 * Checks what a header states.
 * @throws Problem `too_many_pixels`, `low_detail`, `unreadable_image`
 */
export function checkHeader(format: ImageFormat, header: Dimensions, structure: Structure): void {
  checkSize(header);
  checkCost(format, header, structure);
}

function checkSize({ width, height }: { width: number; height: number }): void {
  if (width * height > IMAGE_LIMITS.pixels) {
    throw new Problem(
      'too_many_pixels',
      `The image measures ${width} × ${height}; at most ${IMAGE_LIMITS.pixels} pixels are read.`,
    );
  }
  if (Math.min(width, height) < IMAGE_LIMITS.minSide) {
    throw new Problem(
      'low_detail',
      `The image measures ${width} × ${height}; each side must have at least ${IMAGE_LIMITS.minSide} pixels.`,
    );
  }
}

/** Refuses what would take the decoder more time or memory than an honest image of the greatest size. */
function checkCost(format: ImageFormat, header: Dimensions, { scans }: Structure): void {
  const pixels = header.width * header.height;
  if (scans > MAX_SCANS || scans * pixels > MAX_SCANNED_PIXELS) {
    throw new Problem(
      'unreadable_image',
      `The image has ${scans} scans of ${pixels} pixels; at most ${MAX_SCANS}, of ${MAX_SCANNED_PIXELS} pixels in all, are read.`,
    );
  }
  if (pixels * heldBytes(format, header) > MAX_HELD_BYTES) {
    throw new Problem(
      'too_many_pixels',
      `The image measures ${header.width} × ${header.height} in ${header.channels} channels of type ${header.depth}: too many to be decoded as a whole. Send a smaller copy, or a baseline JPEG.`,
    );
  }
}

/** Returns the bytes of a pixel that the decoder holds until its last row; 0 where it works row by row. */
function heldBytes(
  format: ImageFormat,
  { channels, depth, isProgressive, bitsPerSample }: Dimensions,
): number {
  if (format === 'jpeg') return isProgressive ? 2 * channels : 0; // the coefficients, 16 bits each
  if (format === 'png') return isProgressive ? channels * (depth === 'ushort' ? 2 : 1) : 0;
  if (format === 'tiff') return (channels * Math.max(8, bitsPerSample ?? SAMPLE_BITS[depth] ?? 64)) / 8;
  if (format === 'bmp') return 9; // decoded, and as a TIFF
  return format === 'avif' || format === 'heic' ? 12 : 4; // planes of 16 bits, and their RGB
}
