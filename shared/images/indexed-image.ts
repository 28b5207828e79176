import type { ImageFacts, ImageRecord } from './image-record.ts';

/** The record of an indexed image, with the results of validation. */
export type IndexedRecord = ImageRecord & ImageFacts & { status: 'indexed' };

/** Returns true if the image can be shown; it may have been purged or failed since the index was read. */
export const isIndexed = (record: ImageRecord): record is IndexedRecord =>
  record.status === 'indexed' &&
  record.format !== undefined &&
  record.width !== undefined &&
  record.height !== undefined &&
  record.hash_sha256 !== undefined &&
  record.hash_perceptual !== undefined &&
  record.hash_pixels !== undefined;
