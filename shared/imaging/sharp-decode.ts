import sharp, { type Metadata } from 'sharp';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import { detailOf } from './detail.ts';
import { exifOf } from './exif.ts';
import type { SourceImage } from './imaging.ts';
import type { Raster } from './raster.ts';
import { sniff } from './sniff.ts';
import { isCutOff } from './truncation.ts';

/** A decoder that needs longer than this, in seconds, was given a bomb. 100 Mpx as progressive JPEG take about 6. */
const DECODE_SECONDS = 20;
/** Below this standard deviation (of 255 levels) a picture is a flat colour: see `detailOf`. */
const LEAST_DETAIL = 2;

/** Reads a stranger's picture: everything that the header can tell is checked before a pixel is decoded. */
export async function readImage(bytes: Uint8Array, declaredType?: string): Promise<SourceImage> {
  if (bytes.length === 0) throw new Problem('unreadable_image', 'The file is empty.');
  if (bytes.length > IMAGE_LIMITS.fileBytes) {
    throw new Problem('payload_too_large', `A picture may have at most ${IMAGE_LIMITS.fileBytes} bytes.`);
  }
  const format = await sniff(bytes, declaredType);
  if (isCutOff(format, bytes)) {
    throw new Problem('truncated', 'The file ends before the picture does. Send the whole file.');
  }
  const header = await readHeader(bytes, format);
  const raster = await decode(bytes, format);
  if (detailOf(raster) < LEAST_DETAIL) {
    throw new Problem('low_detail', 'The picture is one flat colour: there is nothing to recognise it by.');
  }
  return { format, exif: exifOf(header.exif, header.orientation), raster };
}

async function readHeader(bytes: Uint8Array, format: ImageFormat): Promise<Metadata> {
  // The limit is checked below, so that it has a code of its own.
  const header = await sharp(bytes, { failOn: 'warning', limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => unreadable(format, error));
  if ((header.pages ?? 1) > 1) {
    throw new Problem(
      'too_many_frames',
      `The file holds ${header.pages} pages or frames. Send a still picture.`,
    );
  }
  const { width, height } = header;
  if (width * height > IMAGE_LIMITS.pixels) {
    throw new Problem(
      'too_many_pixels',
      `The picture measures ${width} × ${height}; at most ${IMAGE_LIMITS.pixels} pixels are read.`,
    );
  }
  if (Math.min(width, height) < IMAGE_LIMITS.minSide) {
    throw new Problem(
      'low_detail',
      `The picture measures ${width} × ${height}; each side must have at least ${IMAGE_LIMITS.minSide} pixels.`,
    );
  }
  return header;
}

/** Upright, on white, 8-bit sRGB: embedded profiles, CMYK, 16 bits and grey are converted by libvips. */
async function decode(bytes: Uint8Array, format: ImageFormat): Promise<Raster> {
  const started = performance.now();
  try {
    const { data, info } = await sharp(bytes, {
      failOn: 'warning',
      limitInputPixels: IMAGE_LIMITS.pixels,
      autoOrient: true,
      sequentialRead: true,
    })
      .timeout({ seconds: DECODE_SECONDS })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    if (performance.now() - started > DECODE_SECONDS * 1000) {
      throw new Problem('unreadable_image', `The picture took longer than ${DECODE_SECONDS} s to decode.`);
    }
    return unreadable(format, error);
  }
}

/** sharp's errors have no code: what is left after the checks of structure is corruption, or no decoder at all. */
function unreadable(format: ImageFormat, cause: unknown): never {
  if (format === 'heic') {
    throw new Problem(
      'unsupported_media_type',
      'This HEIC picture cannot be decoded here. Send it as JPEG, PNG, WebP or AVIF.',
      { cause },
    );
  }
  throw new Problem('unreadable_image', `The ${format.toUpperCase()} data is damaged.`, { cause });
}
