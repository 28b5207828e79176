import type { ImageFacts, ImageRecord } from './image-record.ts';

/** The record of a picture that a search may show: validation's facts are known of it. */
export type IndexedRecord = ImageRecord & ImageFacts & { status: 'indexed' };

/** Whether it is still there to be shown: what was purged or failed since the index answered is not. */
export const isIndexed = (record: ImageRecord): record is IndexedRecord =>
  record.status === 'indexed' &&
  record.format !== undefined &&
  record.width !== undefined &&
  record.height !== undefined &&
  record.hash_sha256 !== undefined &&
  record.hash_perceptual !== undefined &&
  record.hash_pixels !== undefined;
