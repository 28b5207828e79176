import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { detailOf } from './detail.ts';
import { exifOf } from './exif.ts';
import type { ImageWarning, ReadImage } from './imaging.ts';
import type { Raster } from './raster.ts';
import { decodeWhole } from './sharp-damage.ts';
import { sourceOf } from './sharp-pixels.ts';
import { sniff } from './sniff.ts';
import { readStructure } from './structure/read-structure.ts';
import type { Structure } from './structure/structure.ts';

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
  const source = await sourceOf(format, structure);
  const { raster, oddities } = await decodeWhole(source, format, structure);
  if (detailOf(raster) < MIN_DETAIL) {
    throw new Problem('low_detail', 'The image is one flat colour: there is nothing to recognise it by.');
  }
  const { frames = 1, pages = 1 } = structure;
  return {
    format,
    exif: exifOf(structure.exif, source.header.orientation),
    raster,
    warnings: [...warnings, ...warningsOf(structure, oddities)],
    ...(frames > 1 && { frames }),
    ...(pages > 1 && { pages }),
  };
}

const warningsOf = (
  { oddities = [], profileIgnored, previewOnly }: Structure,
  further: readonly string[],
): ImageWarning[] => [
  ...[...oddities, ...further].map((detail): ImageWarning => ({ code: 'decoder_warning', detail })),
  ...(profileIgnored ? [PROFILE_IGNORED] : []),
  ...(previewOnly ? [PREVIEW_ONLY] : []),
];

const PREVIEW_ONLY: ImageWarning = {
  code: 'preview_only',
  detail: 'Of a RAW file the largest preview is taken that the camera embedded.',
};

const PROFILE_IGNORED: ImageWarning = {
  code: 'profile_ignored',
  detail: 'The colour profile is damaged or larger than 4 MB: the image is taken as sRGB.',
};
