import type { ImageRecord } from './image-record.ts';
import type { ImageFilter } from './image-store.ts';

/** Returns true if a record that is not purged passes a filter. */
export const passes = (
  { status, externalId, storageLocation, createdAfter, createdBefore }: ImageFilter,
  record: ImageRecord,
): boolean =>
  record.status !== 'purged' &&
  (status === undefined || record.status === status) &&
  (externalId === undefined || record.external_id === externalId) &&
  (storageLocation === undefined || record.storage_location === storageLocation) &&
  (createdAfter === undefined || record.created_at >= createdAfter) &&
  (createdBefore === undefined || record.created_at <= createdBefore);
