import { Problem } from './problems.ts';
import { IMAGE_FORMATS, MEDIA_TYPES } from './vocabulary.ts';

/** Other names that clients use for the media types of accepted formats. */
const ALIASES: Readonly<Record<string, string>> = {
  'image/jpg': IMAGE_FORMATS.jpeg,
  'image/pjpeg': IMAGE_FORMATS.jpeg,
  'image/x-png': IMAGE_FORMATS.png,
  'image/apng': IMAGE_FORMATS.png,
  'image/vnd.mozilla.apng': IMAGE_FORMATS.png,
  'image/tif': IMAGE_FORMATS.tiff,
  'image/x-tiff': IMAGE_FORMATS.tiff,
  'image/dng': IMAGE_FORMATS.raw,
  'image/x-canon-cr2': IMAGE_FORMATS.raw,
  'image/x-nikon-nef': IMAGE_FORMATS.raw,
  'image/x-sony-arw': IMAGE_FORMATS.raw,
  'image/x-olympus-orf': IMAGE_FORMATS.raw,
  'image/x-panasonic-rw2': IMAGE_FORMATS.raw,
  'image/x-fujifilm-raf': IMAGE_FORMATS.raw,
  'image/x-bmp': IMAGE_FORMATS.bmp,
  'image/x-ms-bmp': IMAGE_FORMATS.bmp,
  'image/heif': IMAGE_FORMATS.heic,
  'image/heic-sequence': IMAGE_FORMATS.heic,
  'image/heif-sequence': IMAGE_FORMATS.heic,
  'image/avif-sequence': IMAGE_FORMATS.avif,
};

/** Types that clients and stores send where nobody declared one. */
const UNDECLARED = ['application/octet-stream', 'binary/octet-stream'];

/** Every media type with which an image can be announced. */
export const ACCEPTED_MEDIA_TYPES: readonly string[] = [
  ...MEDIA_TYPES,
  ...Object.keys(ALIASES),
  ...UNDECLARED,
];

/** Formats that are refused, by their names. */
const REFUSED: Readonly<Record<string, string>> = {
  'image/jp2': 'JPEG 2000',
  'image/jpx': 'JPEG 2000',
  'image/jpm': 'JPEG 2000',
  'image/j2c': 'JPEG 2000',
  'image/jph': 'JPEG 2000',
  'image/mj2': 'JPEG 2000',
  'image/jxl': 'JPEG XL',
  'image/jls': 'JPEG-LS',
  'image/jxr': 'JPEG XR',
  'image/vnd.ms-photo': 'JPEG XR',
  'image/svg+xml': 'SVG',
  'image/vnd.adobe.photoshop': 'Photoshop',
  'image/x-icon': 'ICO',
  'image/x-canon-cr3': 'CR3',
  'application/pdf': 'PDF',
};

/** Characters of a type that are compared: the registered ones have fewer than 100. */
const MAX_LENGTH = 127;

/** Returns the canonical type, without parameters and in lower case; '' where nobody declared one. */
export function canonicalType(declared = ''): string {
  const type = (declared.slice(0, MAX_LENGTH).split(';', 1)[0] ?? '').trim().toLowerCase();
  return UNDECLARED.includes(type) ? '' : (ALIASES[type] ?? type);
}

export const isAccepted = (declared: string): boolean =>
  ['', ...MEDIA_TYPES].includes(canonicalType(declared));

export const SEND_INSTEAD = 'Send it as JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC or BMP.';

/** @param subject what is of the type: `The bytes are` or `The file is declared as` */
export function unsupported(subject: string, type: string | undefined): Problem {
  const name = type && (REFUSED[type] ?? type.replace(/[^!-~]/g, '?'));
  return new Problem('unsupported_media_type', `${subject} ${name ?? 'no image'}. ${SEND_INSTEAD}`);
}
