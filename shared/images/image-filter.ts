import type { ImageRecord } from './image-record.ts';
import type { ImageFilter } from './image-store.ts';

/** Returns true if a record that is not purged passes a filter. */
export const passes = (filter: ImageFilter, record: ImageRecord): boolean =>
  isListed(filter, record) &&
  (filter.failureStage === undefined || record.failure?.stage === filter.failureStage) &&
  (filter.failureCode === undefined || record.failure?.code === filter.failureCode);

const isListed = (
  { status, externalId, storageLocation, createdAfter, createdBefore }: ImageFilter,
  record: ImageRecord,
): boolean =>
  record.status !== 'purged' &&
  (status === undefined || record.status === status) &&
  (externalId === undefined || record.external_id === externalId) &&
  (storageLocation === undefined || record.storage_location === storageLocation) &&
  (createdAfter === undefined || record.created_at >= createdAfter) &&
  (createdBefore === undefined || record.created_at <= createdBefore);
