import { fileTypeFromBuffer } from 'file-type';
import { canonicalType, isAccepted, unsupported } from '#shared/kernel/media-types.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { IMAGE_FORMATS, type ImageFormat } from '#shared/kernel/vocabulary.ts';
import type { ImageWarning } from './imaging.ts';
import { holdsSensorSamples } from './structure/raw-directories.ts';

/** Bytes from which other types are named. */
const SNIFFED_BYTES = 4096;
/** The starts of TIFF and BigTIFF, in both byte orders. */
const TIFF = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'];
/** Olympus, Panasonic and Fujifilm; other RAW files begin as TIFF does. */
const RAW = ['IIRO', 'IIRS', 'MMOR', 'IIU\0', 'FUJIFILMCCD-'];
/** The formats that their first bytes tell for certain. */
const SIGNATURES: readonly [string, (start: string) => boolean][] = [
  [IMAGE_FORMATS.jpeg, (start) => start.startsWith('\xff\xd8\xff') && start[3] !== '\xf7'], // 0xf7 is JPEG-LS
  [IMAGE_FORMATS.png, (start) => start.startsWith('\x89PNG\r\n\x1a\n')],
  [IMAGE_FORMATS.gif, (start) => start.startsWith('GIF87a') || start.startsWith('GIF89a')],
  [IMAGE_FORMATS.webp, (start) => start.startsWith('RIFF') && start.endsWith('WEBP')],
  [IMAGE_FORMATS.raw, (start) => RAW.some((name) => start.startsWith(name))],
];

const FORMATS = new Map(
  Object.entries(IMAGE_FORMATS).map(([format, mediaType]): [string, ImageFormat] => [
    mediaType,
    format as ImageFormat, // Object.entries loses the literal types
  ]),
);

/**
 * Returns the format by the bytes alone, and a warning if another image type was declared.
 * @throws Problem `unsupported_media_type`; `type_mismatch` if no type of images was declared
 */
export async function sniff(
  bytes: Uint8Array,
  declaredType?: string,
): Promise<{ format: ImageFormat; warnings: ImageWarning[] }> {
  const mime = await mimeOf(bytes);
  const mediaType = canonicalType(mime);
  const format = FORMATS.get(mediaType);
  if (!format) throw unsupported('The bytes are', mime);
  const declared = canonicalType(declaredType);
  if (declared === '' || declared === mediaType) return { format, warnings: [] };
  const detail = `The declared type is ${declared.replace(/[^!-~]/g, '?')}, but the bytes are ${mediaType}.`;
  if (!isAccepted(declared)) throw new Problem('type_mismatch', detail);
  return { format, warnings: [{ code: 'type_differs', detail }] };
}

const head = (bytes: Uint8Array, end: number) => Buffer.from(bytes.subarray(0, end)).toString('latin1');

/** Returns the media type by the first bytes: file-type looks ahead in other formats, as far as it is given bytes. */
async function mimeOf(bytes: Uint8Array): Promise<string | undefined> {
  const start = head(bytes, 12);
  const found = SIGNATURES.find(([, matches]) => matches(start))?.[0];
  if (found) return found;
  if (TIFF.includes(head(bytes, 4))) {
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return holdsSensorSamples(file) ? IMAGE_FORMATS.raw : IMAGE_FORMATS.tiff;
  }
  const type = await fileTypeFromBuffer(bytes.subarray(0, SNIFFED_BYTES)).catch(() => undefined);
  return type?.mime;
}
