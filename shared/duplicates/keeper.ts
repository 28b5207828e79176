import type { IndexedRecord } from '#shared/images/indexed-image.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import type { KeeperRule } from '#shared/kernel/settings.ts';

/** The suggested image to keep, with a human-readable reason. */
export interface Keeper {
  imageId: ImageId;
  reason: string;
}

interface Rule {
  reason: string;
  /** Negative if `one` is to be kept rather than `other`. */
  prefer: (one: IndexedRecord, other: IndexedRecord) => number;
}

const RULES: Record<KeeperRule, Rule> = {
  pixels: {
    reason: 'most pixels',
    prefer: (one, other) => other.width * other.height - one.width * one.height,
  },
  bytes: { reason: 'largest file', prefer: (one, other) => other.file_size - one.file_size },
  age: {
    reason: 'oldest',
    prefer: (one, other) => Date.parse(one.created_at) - Date.parse(other.created_at),
  },
  metadata: { reason: 'most metadata', prefer: (one, other) => fieldsOf(other) - fieldsOf(one) },
};
const TIE_BREAKERS: readonly KeeperRule[] = ['pixels', 'bytes', 'age'];

const fieldsOf = ({ metadata }: IndexedRecord): number => Object.keys(metadata).length;

/**
 * Suggests the best image by the rule; ties are resolved by pixels, then bytes, then age. The reason names the rule that
 * decided.
 */
export function suggestKeeper(
  records: readonly IndexedRecord[],
  rule: KeeperRule = 'pixels',
): Keeper | undefined {
  let candidates = [...records].sort((one, other) => (one.image_id < other.image_id ? -1 : 1));
  for (const name of new Set([rule, ...TIE_BREAKERS])) {
    const { reason, prefer } = RULES[name];
    candidates.sort(prefer);
    const [first] = candidates;
    if (!first) return undefined;
    candidates = candidates.filter((record) => prefer(first, record) === 0);
    if (candidates.length === 1) return { imageId: first.image_id, reason };
  }
  return candidates[0] && { imageId: candidates[0].image_id, reason: 'all the same' };
}
