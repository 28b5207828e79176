import type { ImageRecord } from './image-record.ts';

/** The remainder of a purged image's record. It keeps the thumbnails, so that an interrupted purge can be resumed. */
export type Tombstone = Pick<
  ImageRecord,
  'tenant_id' | 'image_id' | 'created_at' | 'updated_at' | 'thumbnails'
> & {
  status: 'purged';
};

export const tombstoneOf = (record: ImageRecord, at: string): Tombstone => ({
  tenant_id: record.tenant_id,
  image_id: record.image_id,
  status: 'purged',
  created_at: record.created_at,
  updated_at: at,
  ...(record.thumbnails && { thumbnails: record.thumbnails }),
});

/** Converts a tombstone to a record whose removed fields are empty. */
export const purgedRecord = (tombstone: Tombstone): ImageRecord => ({
  ...tombstone,
  file_path: '',
  storage_location: '',
  storage_type: 's3',
  file_size: 0,
  content_type: '',
  metadata: {},
  models: [],
  correlation_id: '',
});
