import { fileTypeFromBuffer } from 'file-type';
import { Problem } from '#shared/kernel/problems.ts';
import { IMAGE_FORMATS, type ImageFormat } from '#shared/kernel/vocabulary.ts';

/** Media types of animations and image sequences. */
const SEQUENCES = ['image/apng', 'image/heic-sequence', 'image/heif-sequence'];

/** Other names that clients use for a media type. */
const ALIASES: Readonly<Record<string, string>> = {
  'image/jpg': IMAGE_FORMATS.jpeg,
  'image/pjpeg': IMAGE_FORMATS.jpeg,
  'image/x-png': IMAGE_FORMATS.png,
  'image/tif': IMAGE_FORMATS.tiff,
  'image/heif': IMAGE_FORMATS.heic,
};

/** Types that clients and stores send by default, where nobody declared one. */
const UNDECLARED = ['', 'application/octet-stream', 'binary/octet-stream'];

/** Characters of a declared type that are compared: the registered ones have fewer than 100. */
const MAX_DECLARED = 127;
/** Bytes from which other types are named. */
const SNIFFED_BYTES = 4096;
/** The formats that their first bytes tell for certain. */
const SIGNATURES: readonly [string, (start: string) => boolean][] = [
  [IMAGE_FORMATS.jpeg, (start) => start.startsWith('\xff\xd8\xff') && start[3] !== '\xf7'], // 0xf7 is JPEG-LS
  [IMAGE_FORMATS.png, (start) => start.startsWith('\x89PNG\r\n\x1a\n')],
  [IMAGE_FORMATS.gif, (start) => start.startsWith('GIF87a') || start.startsWith('GIF89a')],
  [IMAGE_FORMATS.webp, (start) => start.startsWith('RIFF') && start.endsWith('WEBP')],
];

const FORMATS = new Map(
  Object.entries(IMAGE_FORMATS).map(([format, mediaType]): [string, ImageFormat] => [
    mediaType,
    format as ImageFormat, // Object.entries loses the literal types
  ]),
);

/**
 * Returns the format by the bytes alone, and compares it with the declared type.
 * @throws Problem `unsupported_media_type`, `type_mismatch`, `too_many_frames`
 */
export async function sniff(bytes: Uint8Array, declaredType = ''): Promise<ImageFormat> {
  const mime = await mimeOf(bytes);
  if (mime && (SEQUENCES.includes(mime) || isAvifSequence(bytes))) {
    throw new Problem('too_many_frames', 'The file is an animation or a sequence. Send a still image.');
  }
  const mediaType = mime && (ALIASES[mime] ?? mime);
  const format = mediaType && FORMATS.get(mediaType);
  if (!format) {
    throw new Problem(
      'unsupported_media_type',
      `The bytes are ${mime ? `of type ${mime}` : 'not an image'}. Send JPEG, PNG, WebP, GIF, TIFF, AVIF or HEIC.`,
    );
  }
  const declared = (declaredType.slice(0, MAX_DECLARED).split(';', 1)[0] ?? '').trim().toLowerCase();
  if (!UNDECLARED.includes(declared) && (ALIASES[declared] ?? declared) !== mediaType) {
    throw new Problem(
      'type_mismatch',
      `The declared type is ${declared.replace(/[^!-~]/g, '?')}, but the bytes are ${mediaType}.`,
    );
  }
  return format;
}

const head = (bytes: Uint8Array, end: number) => Buffer.from(bytes.subarray(0, end)).toString('latin1');

/** Returns the media type by the first bytes: file-type looks ahead in other formats, as far as it is given bytes. */
async function mimeOf(bytes: Uint8Array): Promise<string | undefined> {
  const start = head(bytes, 12);
  const found = SIGNATURES.find(([, matches]) => matches(start))?.[0];
  if (found) return found;
  const type = await fileTypeFromBuffer(bytes.subarray(0, SNIFFED_BYTES)).catch(() => undefined);
  return type?.mime ?? (isTiff(bytes) ? IMAGE_FORMATS.tiff : undefined);
}

/** file-type reports `avis` (a sequence) as `avif`. */
const isAvifSequence = (bytes: Uint8Array) => head(bytes, 12).endsWith('ftypavis');

/** file-type finds TIFF by its directory, which is often at the end: a truncated file has none. */
const isTiff = (bytes: Uint8Array) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(head(bytes, 4));
