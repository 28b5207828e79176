import picomatch from 'picomatch';
import type { StorageObject } from '#shared/connectors/connector.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import type { ImageFormat } from '#shared/kernel/vocabulary.ts';

/** Reasons for which an object is not read, counted in a scan's progress. */
export const SKIP_REASONS = [
  'folder_marker',
  'empty',
  'archived_object',
  'payload_too_large',
  'key_too_long',
  'in_subfolder',
  'filtered',
  'file_type',
  'deleted',
  'vanished',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** File name extensions of the formats. */
const EXTENSIONS: Readonly<Record<ImageFormat, readonly string[]>> = {
  jpeg: ['jpg', 'jpeg', 'jpe', 'jfif'],
  png: ['png', 'apng'],
  webp: ['webp'],
  gif: ['gif'],
  tiff: ['tif', 'tiff'],
  avif: ['avif', 'avifs'],
  heic: ['heic', 'heif', 'hif', 'heics'],
  bmp: ['bmp', 'dib'],
  raw: ['dng', 'cr2', 'nef', 'nrw', 'arw', 'sr2', 'orf', 'rw2', 'raf', 'pef', 'srw'],
};

/** Bytes of a key: the limit of S3 and Google, and of a sort key of DynamoDB. Azure allows longer ones. */
const KEY_BYTES = 1_024;

/** Which of the listed objects are read. */
export interface ObjectFilter {
  /** The prefix of the listing. */
  prefix: string;
  recursive: boolean;
  include: readonly string[];
  exclude: readonly string[];
  /** Absent: objects with the extension of any format, or with none. */
  fileTypes?: readonly ImageFormat[] | undefined;
}

/** Returns a function that tells why an object is not to be read, by its listing alone; undefined if it is to be. */
export function skipReason(filter: ObjectFilter): (object: StorageObject) => SkipReason | undefined {
  const matcher = (globs: readonly string[]) => picomatch([...globs], { dot: true, nobrace: false });
  const included = filter.include.length > 0 ? matcher(filter.include) : () => true;
  const excluded = filter.exclude.length > 0 ? matcher(filter.exclude) : () => false;
  const wanted = new Set(
    (filter.fileTypes ?? Object.keys(EXTENSIONS)).flatMap((format) => EXTENSIONS[format as ImageFormat]),
  );
  return ({ key, size, archived }) => {
    if (Buffer.byteLength(key) > KEY_BYTES) return 'key_too_long';
    if (size === 0) return key.endsWith('/') ? 'folder_marker' : 'empty';
    if (!filter.recursive && key.slice(filter.prefix.length).replace(/^\//, '').includes('/'))
      return 'in_subfolder';
    if (!included(key) || excluded(key)) return 'filtered';
    const extension = extensionOf(key);
    if (extension === undefined ? filter.fileTypes !== undefined : !wanted.has(extension)) return 'file_type';
    if (archived) return 'archived_object';
    if (size > IMAGE_LIMITS.fileBytes) return 'payload_too_large';
    return undefined;
  };
}

/** Returns the extension in lower case; undefined if the name has none. */
const extensionOf = (key: string): string | undefined =>
  /[^/][.]([A-Za-z0-9]{1,5})$/.exec(key)?.[1]?.toLowerCase();
