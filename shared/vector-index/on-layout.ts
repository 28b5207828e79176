import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import type { Layout } from './partitions.ts';

/** A build begins and ends in minutes, in a test in milliseconds; a call that it overtakes so often has another fault. */
const ATTEMPTS = 10;

/** Runs a call on a model's spaces as they are now, and again where it fails because they have become others meanwhile. */
export async function onLayout<Result>(
  read: () => Promise<Layout>,
  call: (layout: Layout) => Promise<Result>,
): Promise<Result> {
  let layout = await read();
  let failure: unknown;
  return retryOnConflict({ attempts: ATTEMPTS, exhausted: () => failure }, async () => {
    try {
      return await call(layout);
    } catch (error) {
      const now = await read();
      if (sameLayout(layout, now)) throw error;
      [layout, failure] = [now, error];
      return CONFLICT;
    }
  });
}

/** Of two readings of one model. */
export const sameLayout = (one: Layout, other: Layout): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
