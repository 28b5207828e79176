import sharp, { type FailOnOptions, type Metadata } from 'sharp';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import { layOnGround } from './alpha-ground.ts';
import { decodeBmp } from './bmp-decode.ts';
import { readBmpHeader } from './bmp-header.ts';
import { bytesOfFloats } from './float-samples.ts';
import { decodeHeic } from './libheif-decode.ts';
import { tiffOf } from './pixels-as-tiff.ts';
import type { Raster } from './raster.ts';
import { checkHeader, readHeader } from './sharp-header.ts';
import type { Structure } from './structure/structure.ts';

/** Time limit of the decoder, in seconds. 100 Mpx as progressive JPEG take about 6. */
const DECODE_SECONDS = 20;

/** A file that libvips decodes, and which of its pages. */
export interface Source {
  bytes: Uint8Array;
  page: number;
  header: Metadata;
}

/**
 * Returns what libvips decodes: the file itself, or a TIFF of the pixels if it has no decoder for the format.
 * @throws Problem as `readHeader` does
 */
export async function sourceOf(format: ImageFormat, structure: Structure): Promise<Source> {
  const { decodable } = structure;
  if (format === 'bmp') {
    const file = Buffer.from(decodable.buffer, decodable.byteOffset, decodable.length);
    const bmp = readBmpHeader(file);
    checkHeader(format, { ...bmp, channels: 3, depth: 'uchar', isProgressive: false }, structure);
    const bytes = tiffOf(decodeBmp(file, bmp));
    return { bytes, page: 0, header: await readHeader('tiff', { decodable: bytes, scans: 1 }) };
  }
  const header = await readHeader(format === 'raw' ? 'jpeg' : format, structure);
  // libvips reads the header of HEVC, and has no decoder for it.
  if (format === 'heic' && header.compression === 'hevc')
    return { bytes: tiffOf(await decodeHeic(decodable), header.icc), page: 0, header };
  return { bytes: decodable, page: header.pagePrimary ?? 0, header };
}

/**
 * Decodes to upright 8-bit sRGB on a ground; libvips converts embedded profiles, CMYK, 16 bits and grey.
 * @param onWarning called with the decoder's warnings
 * @throws Problem `reading_limit_exceeded` if it takes too long; an error of the decoder's if it fails
 */
export async function decodePixels(
  source: Source,
  failOn: FailOnOptions,
  onWarning: (text: string) => void = () => {},
): Promise<Raster> {
  const { hasAlpha, depth, space } = source.header;
  const started = performance.now();
  const image = sharp(source.bytes, {
    page: source.page,
    failOn,
    limitInputPixels: IMAGE_LIMITS.pixels,
    autoOrient: true,
    sequentialRead: true,
  }).timeout({ seconds: DECODE_SECONDS });
  image.on('warning', onWarning);
  try {
    if (depth === 'float' || depth === 'double') {
      // Samples of floating point are taken as they are: not as linear light.
      const samples = image.toColourspace(space === 'scrgb' ? 'scrgb' : 'b-w').raw({ depth: 'float' });
      const { data, info } = await samples.toBuffer({ resolveWithObject: true });
      const floats = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
      return { width: info.width, height: info.height, data: bytesOfFloats(floats, info.channels) };
    }
    const srgb = image.toColourspace('srgb');
    const { data, info } = await (hasAlpha ? srgb.ensureAlpha() : srgb.removeAlpha())
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const raster = { width: info.width, height: info.height, data };
    return info.channels === 4 ? layOnGround(raster) : raster;
  } catch (error) {
    if (performance.now() - started > DECODE_SECONDS * 1000) {
      throw new Problem(
        'reading_limit_exceeded',
        `The image took longer than ${DECODE_SECONDS} s to decode. Send a smaller copy.`,
      );
    }
    throw error;
  }
}
