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
  const mime = (await fileTypeFromBuffer(bytes))?.mime ?? (isTiff(bytes) ? IMAGE_FORMATS.tiff : undefined);
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
  const declared = (declaredType.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (!UNDECLARED.includes(declared) && (ALIASES[declared] ?? declared) !== mediaType) {
    throw new Problem('type_mismatch', `The declared type is ${declared}, but the bytes are ${mediaType}.`);
  }
  return format;
}

const head = (bytes: Uint8Array, end: number) => Buffer.from(bytes.subarray(0, end)).toString('latin1');

/** file-type reports `avis` (a sequence) as `avif`. */
const isAvifSequence = (bytes: Uint8Array) => head(bytes, 12).endsWith('ftypavis');

/** file-type finds TIFF by its directory, which is often at the end: a truncated file has none. */
const isTiff = (bytes: Uint8Array) => ['II*\0', 'MM\0*'].includes(head(bytes, 4));
