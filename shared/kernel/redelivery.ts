import { Problem } from './problems.ts';

/**
 * Receives of a message about an image before it goes to the dead-letter queue. With `backoffSeconds` between them an outage
 * may last six hours: an upload that was not validated within a day is gone.
 */
export const MAX_RECEIVES = 32;
/** Attempts at what no dependency explains, such as a fault of the program: further ones would meet it again. */
export const MAX_UNEXPLAINED_ATTEMPTS = 5;
const FIRST_SECONDS = 5;
const LONGEST_SECONDS = 900;

/** Seconds until the next delivery: 5 after the first attempt, doubled after each further one, at most 15 minutes. */
export const backoffSeconds = (attempts: number): number =>
  Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (attempts - 1));

/** Returns true if the failure is that of a dependency, which passes. */
export const isOutage = (error: unknown): boolean =>
  error instanceof Problem && error.retryable && error.code !== 'internal_error';

/** Returns true if it is of no use to repeat what failed for a reason that no dependency explains. */
export const isGivenUp = (error: unknown, attempts: number): boolean =>
  !isOutage(error) && attempts >= MAX_UNEXPLAINED_ATTEMPTS;
