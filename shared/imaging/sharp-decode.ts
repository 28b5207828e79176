import sharp, { type Metadata } from 'sharp';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';
import { detailOf } from './detail.ts';
import { exifOf } from './exif.ts';
import type { ImageWarning, ReadImage } from './imaging.ts';
import { decodeHeic } from './libheif-decode.ts';
import { tiffOf } from './pixels-as-tiff.ts';
import type { Raster } from './raster.ts';
import { readHeader, unreadable } from './sharp-header.ts';
import { sniff } from './sniff.ts';
import { readStructure } from './structure/read-structure.ts';
import type { Structure } from './structure/structure.ts';

/** Time limit of the decoder, in seconds. 100 Mpx as progressive JPEG take about 6. */
const DECODE_SECONDS = 20;
/** Below this standard deviation (of 255 levels) an image is a flat colour: see `detailOf`. */
const MIN_DETAIL = 2;

/** A decoded image that passed every check. */
export interface DecodedImage extends Pick<ReadImage, 'format' | 'exif' | 'warnings' | 'frames' | 'pages'> {
  raster: Raster;
}

/** Checks and decodes an image. Everything that the header states is checked before a pixel is decoded. */
export async function decodeImage(bytes: Uint8Array, declaredType?: string): Promise<DecodedImage> {
  if (bytes.length === 0) throw new Problem('unreadable_image', 'The file is empty.');
  if (bytes.length > IMAGE_LIMITS.fileBytes) {
    throw new Problem('payload_too_large', `An image may have at most ${IMAGE_LIMITS.fileBytes} bytes.`);
  }
  const { format, warnings } = await sniff(bytes, declaredType);
  const structure = readStructure(format, bytes);
  const header = await readHeader(structure.decodable, format, structure);
  const source = await sourceOf(structure.decodable, format, header);
  const raster = await decodeVisibly(source, format, header);
  if (detailOf(raster) < MIN_DETAIL) {
    throw new Problem('low_detail', 'The image is one flat colour: there is nothing to recognise it by.');
  }
  const { frames = 1, pages = 1 } = structure;
  return {
    format,
    exif: exifOf(structure.exif, header.orientation),
    raster,
    warnings: [...warnings, ...warningsOf(structure)],
    ...(frames > 1 && { frames }),
    ...(pages > 1 && { pages }),
  };
}

const warningsOf = ({ oddities = [], profileIgnored }: Structure): ImageWarning[] => [
  ...oddities.map((detail): ImageWarning => ({ code: 'decoder_warning', detail })),
  ...(profileIgnored ? [PROFILE_IGNORED] : []),
];

const PROFILE_IGNORED: ImageWarning = {
  code: 'profile_ignored',
  detail: 'The colour profile is damaged or larger than 4 MB: the image is taken as sRGB.',
};

/** A file that libvips decodes, and which of its pages. */
interface Source {
  bytes: Uint8Array;
  page: number;
}

async function sourceOf(bytes: Uint8Array, format: ImageFormat, header: Metadata): Promise<Source> {
  // libvips reads the header of HEVC, and has no decoder for it.
  if (format === 'heic' && header.compression === 'hevc')
    return { bytes: tiffOf(await decodeHeic(bytes), header.icc), page: 0 };
  return { bytes, page: header.pagePrimary ?? 0 };
}

/** The ground of transparent images; and of those that cannot be seen on it, as a white symbol. */
const [GROUND, OTHER_GROUND] = ['#ffffff', '#404040'] as const;

async function decodeVisibly(source: Source, format: ImageFormat, header: Metadata): Promise<Raster> {
  const raster = await decode(source, format, GROUND);
  if (!header.hasAlpha || detailOf(raster) >= MIN_DETAIL) return raster;
  return decode(source, format, OTHER_GROUND);
}

/** Decodes to upright 8-bit sRGB on a ground; libvips converts embedded profiles, CMYK, 16 bits and grey. */
async function decode({ bytes, page }: Source, format: ImageFormat, ground: string): Promise<Raster> {
  const started = performance.now();
  try {
    const { data, info } = await sharp(bytes, {
      page,
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
