import type { ImageRecord } from '#shared/images/image-record.ts';
import type { ImageStatus } from '#shared/kernel/vocabulary.ts';

/** Counter values by name: the contribution of one image or group, or their sums. */
export type Counters = Readonly<Record<string, number>>;

/** Statuses of images that have been uploaded and cannot be found by a search yet. */
export const IN_FLIGHT = ['uploaded', 'validated', 'processed'] as const satisfies readonly ImageStatus[];

/** Counter of images that searches can find. */
export const INDEXED = 'status#indexed' satisfies `status#${ImageStatus}`;
/** Counter of indexed images whose duplicates are not detected yet. */
export const UNDETECTED = 'undetected';
/** Counter of indexed images whose duplicates could not be detected. */
export const UNDETECTABLE = 'undetectable';
/** `semantic` and `copy`. */
const VECTORS_OF_MODEL = 2;

type Counted = Pick<
  ImageRecord,
  'status' | 'format' | 'storage_location' | 'models' | 'undetected' | 'failure'
>;

/** Returns the contribution of an image; undefined if it is purged. */
export const countersOfImage = ({
  status,
  format,
  storage_location,
  models,
  undetected,
  failure,
}: Counted): Counters | undefined =>
  status === 'purged'
    ? undefined
    : {
        images: 1,
        [`status#${status}`]: 1,
        [`storage#${storage_location}`]: 1,
        ...(format && { [`format#${format}`]: 1 }),
        ...(status === 'indexed' && { vectors: VECTORS_OF_MODEL * models.length }),
        ...(undetected && { [UNDETECTED]: 1 }),
        ...(status === 'indexed' && failure && !undetected && { [UNDETECTABLE]: 1 }),
      };

/**
 * Returns the contribution of a duplicate group; all files but its largest are reclaimable. Undefined for fewer than two.
 * @param sizes bytes of its images' files
 */
export const countersOfGroup = (sizes: readonly number[]): Counters | undefined =>
  sizes.length < 2
    ? undefined
    : { groups: 1, reclaimable_bytes: sizes.reduce((sum, size) => sum + size, 0) - Math.max(...sizes) };

/** Returns `after` minus `before` for each counter that changed. */
export function difference(before: Counters, after: Counters): Counters {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changes = [...names].map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

/** Adds counters up by name. */
export const sumOf = (all: readonly Counters[]): Counters =>
  all.reduce<Record<string, number>>((sum, each) => {
    for (const [name, value] of Object.entries(each)) sum[name] = (sum[name] ?? 0) + value;
    return sum;
  }, {});

/** Returns the positive counters named `<prefix>#…`, keyed by the rest of the name. */
export const countersBy = (counters: Counters, prefix: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counters).flatMap(([name, value]) =>
      name.startsWith(`${prefix}#`) && value > 0 ? [[name.slice(prefix.length + 1), value] as const] : [],
    ),
  );

/** Returns how many images are between upload and index. */
export const inFlight = (counters: Counters): number =>
  IN_FLIGHT.reduce((sum, status) => sum + (counters[`status#${status}`] ?? 0), 0);
