import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import type { PartitionLayout } from './partitions.ts';

/** A build changes the layout twice. More than a dozen builds during one call (they take minutes) have another cause. */
const ATTEMPTS = 30;

/** Runs `call` with the current layout; repeats it, at most 30 times in all, if it failed and the layout changed meanwhile. */
export async function withCurrentLayout<Result>(
  read: () => Promise<PartitionLayout>,
  call: (layout: PartitionLayout) => Promise<Result>,
): Promise<Result> {
  let layout = await read();
  let failure: unknown;
  return retryOnConflict({ attempts: ATTEMPTS, exhausted: () => failure }, async () => {
    try {
      return await call(layout);
    } catch (error) {
      const current = await read();
      if (sameLayout(layout, current)) throw error;
      [layout, failure] = [current, error];
      return CONFLICT;
    }
  });
}

/** Compares two readings of one model's layout. */
export const sameLayout = (one: PartitionLayout, other: PartitionLayout): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
