import * as z from 'zod';
import { ImageRecord } from './image-record.ts';

/** The remainder of a purged image's record. It keeps the thumbnails, so that an interrupted purge can be resumed. */
export const Tombstone = ImageRecord.pick({
  tenant_id: true,
  image_id: true,
  created_at: true,
  updated_at: true,
  thumbnails: true,
}).extend({ status: z.literal('purged') });
export type Tombstone = z.infer<typeof Tombstone>;

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
