import sharp, { type Metadata } from 'sharp';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import { detailOf } from './detail.ts';
import { exifOf } from './exif.ts';
import type { Exif } from './imaging.ts';
import type { Raster } from './raster.ts';
import { sniff } from './sniff.ts';
import { readStructure } from './structure/read-structure.ts';
import type { Structure } from './structure/structure.ts';

/** Time limit of the decoder, in seconds. 100 Mpx as progressive JPEG take about 6. */
const DECODE_SECONDS = 20;
/** Below this standard deviation (of 255 levels) an image is a flat colour: see `detailOf`. */
const MIN_DETAIL = 2;

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

/** A decoded image that passed every check. */
export interface DecodedImage {
  format: ImageFormat;
  exif: Exif;
  raster: Raster;
}

/** Checks and decodes an image. Everything that the header states is checked before a pixel is decoded. */
export async function decodeImage(bytes: Uint8Array, declaredType?: string): Promise<DecodedImage> {
  if (bytes.length === 0) throw new Problem('unreadable_image', 'The file is empty.');
  if (bytes.length > IMAGE_LIMITS.fileBytes) {
    throw new Problem('payload_too_large', `An image may have at most ${IMAGE_LIMITS.fileBytes} bytes.`);
  }
  const format = await sniff(bytes, declaredType);
  const structure = readStructure(format, bytes);
  checkFrames(structure.frames);
  const header = await readHeader(structure.decodable, format);
  checkCost(format, header, structure);
  const raster = await decodeVisibly(structure.decodable, format, header);
  if (detailOf(raster) < MIN_DETAIL) {
    throw new Problem('low_detail', 'The image is one flat colour: there is nothing to recognise it by.');
  }
  return { format, exif: exifOf(structure.exif, header.orientation), raster };
}

async function readHeader(bytes: Uint8Array, format: ImageFormat): Promise<Metadata> {
  // The limit is checked below, so that it has a code of its own.
  const header = await sharp(bytes, { failOn: 'warning', limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => unreadable(format, error));
  checkFrames(header.pages ?? 1);
  const { width, height } = header;
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
  return header;
}

function checkFrames(frames: number): void {
  if (frames > 1) {
    throw new Problem('too_many_frames', 'The file holds several pages or frames. Send a still image.');
  }
}

/** Refuses what would take the decoder more time or memory than an honest image of the greatest size. */
function checkCost(format: ImageFormat, header: Metadata, { scans }: Structure): void {
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
      `The image measures ${header.width} × ${header.height} in ${header.channels} channels of type ${header.depth}: too many to be decoded as a whole.`,
    );
  }
}

/** Returns the bytes of a pixel that the decoder holds until its last row; 0 where it works row by row. */
function heldBytes(format: ImageFormat, { channels, depth, isProgressive, bitsPerSample }: Metadata): number {
  if (format === 'jpeg') return isProgressive ? 2 * channels : 0; // the coefficients, 16 bits each
  if (format === 'png') return isProgressive ? channels * (depth === 'ushort' ? 2 : 1) : 0;
  if (format === 'tiff') return (channels * Math.max(8, bitsPerSample ?? SAMPLE_BITS[depth] ?? 64)) / 8;
  return format === 'avif' || format === 'heic' ? 12 : 4; // planes of 16 bits, and their RGB
}

/** The ground of transparent images; and of those that cannot be seen on it, as a white symbol. */
const [GROUND, OTHER_GROUND] = ['#ffffff', '#404040'] as const;

async function decodeVisibly(bytes: Uint8Array, format: ImageFormat, header: Metadata): Promise<Raster> {
  const raster = await decode(bytes, format, GROUND);
  if (!header.hasAlpha || detailOf(raster) >= MIN_DETAIL) return raster;
  return decode(bytes, format, OTHER_GROUND);
}

/** Decodes to upright 8-bit sRGB on a ground; libvips converts embedded profiles, CMYK, 16 bits and grey. */
async function decode(bytes: Uint8Array, format: ImageFormat, ground: string): Promise<Raster> {
  const started = performance.now();
  try {
    const { data, info } = await sharp(bytes, {
      failOn: 'warning',
      limitInputPixels: IMAGE_LIMITS.pixels,
      autoOrient: true,
      sequentialRead: true,
    })
      .timeout({ seconds: DECODE_SECONDS })
      .flatten({ background: ground })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    if (performance.now() - started > DECODE_SECONDS * 1000) {
      throw new Problem('unreadable_image', `The image took longer than ${DECODE_SECONDS} s to decode.`);
    }
    return unreadable(format, error);
  }
}

/** sharp's errors have no code: after the checks of structure, they mean corruption or a missing decoder. */
function unreadable(format: ImageFormat, cause: unknown): never {
  if (format === 'heic') {
    throw new Problem(
      'unsupported_media_type',
      'This HEIC image cannot be decoded here. Send it as JPEG, PNG, WebP or AVIF.',
      { cause },
    );
  }
  throw new Problem('unreadable_image', `The ${format.toUpperCase()} data is damaged.`, { cause });
}
