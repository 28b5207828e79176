import type { ImageRecord } from './image-record.ts';

/**
 * What stays of a purged picture: that it existed, and since when it does not; and which thumbnails it had, for a purge
 * that is taken up again.
 */
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

/** A tombstone in a record's shape: what was removed is empty. */
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
