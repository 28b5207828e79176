import type { ImageId } from '#shared/domain/ids.ts';
import type { IndexedRecord } from '../search/indexed-record.ts';

/** Which of the pictures to keep, and why, in words for people. */
export interface Keeper {
  imageId: ImageId;
  reason: string;
}

const RULES: readonly { reason: string; prefer: (one: IndexedRecord, other: IndexedRecord) => number }[] = [
  { reason: 'most pixels', prefer: (one, other) => other.width * other.height - one.width * one.height },
  { reason: 'largest file', prefer: (one, other) => other.file_size - one.file_size },
  { reason: 'oldest', prefer: (one, other) => Date.parse(one.created_at) - Date.parse(other.created_at) },
];

/** The picture with the most pixels, then the most bytes, then the oldest; the reason is the rule that decided. */
export function suggestKeeper(records: readonly IndexedRecord[]): Keeper | undefined {
  let left = [...records].sort((one, other) => (one.image_id < other.image_id ? -1 : 1));
  for (const { reason, prefer } of RULES) {
    left.sort(prefer);
    const [first] = left;
    if (!first) return undefined;
    left = left.filter((record) => prefer(first, record) === 0);
    if (left.length === 1) return { imageId: first.image_id, reason };
  }
  return left[0] && { imageId: left[0].image_id, reason: 'all the same' };
}
