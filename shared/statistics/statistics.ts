import type { ImageRecord } from '#shared/images/image-record.ts';
import type { ImageStatus } from '#shared/kernel/vocabulary.ts';

/** What a thing of a tenant adds to its statistics, or what all of them add up to: a number for each counter. */
export type Counters = Readonly<Record<string, number>>;

/** Pictures on their way: they have arrived, and a search does not find them yet. */
export const IN_FLIGHT = ['uploaded', 'validated', 'processed'] as const satisfies readonly ImageStatus[];

/** The counter of pictures that a search finds. */
export const INDEXED = 'status#indexed' satisfies `status#${ImageStatus}`;
/** A model gives each picture two: `semantic` and `copy`. */
const VECTORS_OF_MODEL = 2;

type Counted = Pick<ImageRecord, 'status' | 'format' | 'storage_location' | 'models'>;

/** What a picture adds; a purged one nothing. */
export const countersOfImage = ({
  status,
  format,
  storage_location,
  models,
}: Counted): Counters | undefined =>
  status === 'purged'
    ? undefined
    : {
        images: 1,
        [`status#${status}`]: 1,
        [`storage#${storage_location}`]: 1,
        ...(format && { [`format#${format}`]: 1 }),
        ...(status === 'indexed' && { vectors: VECTORS_OF_MODEL * models.length }),
      };

/** What a duplicate group adds: all but its largest file can be given up. @param sizes of its pictures, in bytes */
export const countersOfGroup = (sizes: readonly number[]): Counters | undefined =>
  sizes.length < 2
    ? undefined
    : { groups: 1, reclaimable_bytes: sizes.reduce((sum, size) => sum + size, 0) - Math.max(...sizes) };

/** How much each counter changes where one thing's numbers take the place of others; those that stay are left out. */
export function difference(before: Counters, after: Counters): Counters {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changes = [...names].map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

export const sumOf = (all: readonly Counters[]): Counters =>
  all.reduce<Record<string, number>>((sum, each) => {
    for (const [name, value] of Object.entries(each)) sum[name] = (sum[name] ?? 0) + value;
    return sum;
  }, {});

/** The counters that begin with `<prefix>#`, without it; those at 0 are left out. */
export const countersBy = (counters: Counters, prefix: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counters).flatMap(([name, value]) =>
      name.startsWith(`${prefix}#`) && value > 0 ? [[name.slice(prefix.length + 1), value] as const] : [],
    ),
  );

export const inFlight = (counters: Counters): number =>
  IN_FLIGHT.reduce((sum, status) => sum + (counters[`status#${status}`] ?? 0), 0);
