import { createHash } from 'node:crypto';

/** Seconds before each attempt, after the one before: Standard Webhooks. 75 hours and 35 minutes in all. */
const STEPS = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;
export const MOST_ATTEMPTS = STEPS.length;
const JITTER = 0.1;

/**
 * Returns the seconds before the next attempt, within a tenth of the schedule: always the same for a delivery and an
 * attempt.
 * @param made attempts so far
 * @returns undefined if there is no further one
 */
export function secondsBefore(delivery: string, made: number): number | undefined {
  const step = STEPS[made];
  if (step === undefined) return undefined;
  return step * (1 + JITTER * (2 * shareOf(delivery, made) - 1));
}

/** Returns a number from 0 to 1 that is always the same for a delivery and a count. */
export const shareOf = (delivery: string, count: number): number =>
  createHash('sha256').update(`${delivery} ${count}`).digest().readUInt32BE() / 2 ** 32;
