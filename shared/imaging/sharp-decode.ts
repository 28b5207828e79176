import sharp, { type Metadata } from 'sharp';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import { detailOf } from './detail.ts';
import { exifOf } from './exif.ts';
import type { SourceImage } from './imaging.ts';
import type { Raster } from './raster.ts';
import { sniff } from './sniff.ts';
import { isTruncated } from './truncation.ts';

/** Time limit of the decoder, in seconds. 100 Mpx as progressive JPEG take about 6. */
const DECODE_SECONDS = 20;
/** Below this standard deviation (of 255 levels) an image is a flat colour: see `detailOf`. */
const MIN_DETAIL = 2;

/** Checks and decodes an image. Everything that the header states is checked before a pixel is decoded. */
export async function readImage(bytes: Uint8Array, declaredType?: string): Promise<SourceImage> {
  if (bytes.length === 0) throw new Problem('unreadable_image', 'The file is empty.');
  if (bytes.length > IMAGE_LIMITS.fileBytes) {
    throw new Problem('payload_too_large', `An image may have at most ${IMAGE_LIMITS.fileBytes} bytes.`);
  }
  const format = await sniff(bytes, declaredType);
  if (isTruncated(format, bytes)) {
    throw new Problem('truncated', 'The file ends before the image does. Send the whole file.');
  }
  const header = await readHeader(bytes, format);
  const raster = await decode(bytes, format);
  if (detailOf(raster) < MIN_DETAIL) {
    throw new Problem('low_detail', 'The image is one flat colour: there is nothing to recognise it by.');
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
      `The file holds ${header.pages} pages or frames. Send a still image.`,
    );
  }
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

/** Decodes to upright 8-bit sRGB on white; libvips converts embedded profiles, CMYK, 16 bits and grey. */
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
