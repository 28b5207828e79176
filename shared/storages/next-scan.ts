import { createHash } from 'node:crypto';
import type { StorageId } from '#shared/kernel/ids.ts';

const HOUR = 3_600_000;

/**
 * Returns when the next scheduled scan of a location is due after a moment. Each location has its own place within the
 * period, by its id, so that the locations of all tenants do not begin at once.
 * @returns RFC 3339
 */
export function nextScanAt(
  storage: StorageId,
  { every_hours }: { every_hours: number },
  after: Date,
): string {
  const period = every_hours * HOUR;
  const place = createHash('sha256').update(storage).digest().readUInt32BE() / 2 ** 32;
  const begun = Math.floor(after.getTime() / period - place);
  return new Date(Math.ceil((begun + 1 + place) * period)).toISOString();
}
