import type { IndexedRecord } from '#shared/images/indexed-image.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import type { KeeperRule } from '#shared/kernel/settings.ts';

/** Which of the pictures to keep, and why, in words for people. */
export interface Keeper {
  imageId: ImageId;
  reason: string;
}

interface Rule {
  reason: string;
  /** Below 0 where the one is to be kept rather than the other. */
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
const USUAL_ORDER: readonly KeeperRule[] = ['pixels', 'bytes', 'age'];

const fieldsOf = ({ metadata }: IndexedRecord): number => Object.keys(metadata).length;

/**
 * The picture that is best by the rule; between equals the most pixels decide, then the most bytes, then age. The reason
 * is the rule that decided.
 */
export function suggestKeeper(
  records: readonly IndexedRecord[],
  rule: KeeperRule = 'pixels',
): Keeper | undefined {
  let left = [...records].sort((one, other) => (one.image_id < other.image_id ? -1 : 1));
  for (const name of new Set([rule, ...USUAL_ORDER])) {
    const { reason, prefer } = RULES[name];
    left.sort(prefer);
    const [first] = left;
    if (!first) return undefined;
    left = left.filter((record) => prefer(first, record) === 0);
    if (left.length === 1) return { imageId: first.image_id, reason };
  }
  return left[0] && { imageId: left[0].image_id, reason: 'all the same' };
}
