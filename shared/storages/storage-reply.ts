import type { StorageLocation } from './storage-location.ts';

/** @param counters sums of the tenant's statistics, by name */
export const countsOf = (
  { storage_id, missing = 0 }: Pick<StorageLocation, 'storage_id' | 'missing'>,
  counters: Readonly<Record<string, number>>,
) => ({ images: counters[`storage#${storage_id}`] ?? 0, missing });

/** Renders a location, without what only our own programs need. */
export function storageReply<Counts extends object>(location: StorageLocation, counts: Counts) {
  const { tenant_id: _tenant, removal_job_id: _job, repeat_key: _key, ...rest } = location;
  const { scans: _scans, unordered: _order, ...shown } = rest;
  return { ...shown, ...counts };
}
