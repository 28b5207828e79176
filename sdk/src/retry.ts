import { ApiError, ConnectionError } from './errors.ts';
import type { Repeat } from './operation.ts';

/** The longest `Retry-After` that is waited for, in seconds: the windows of the limits are a minute. */
const LONGEST_RETRY_AFTER_S = 60;
/** The longest wait without a `Retry-After`, as a multiple of the first. */
const MOST_DOUBLED = 16;
/** A share of the wait by which it varies at random, so that many callers do not return at once. */
const JITTER = 0.25;

/** What decides over a retry besides the error. */
export interface RetryState {
  /** Retries so far. */
  retries: number;
  maxRetries: number;
  retryDelayMs: number;
  repeat: Repeat;
  /** False for a stream, which is used up. */
  bodyCanBeSentAgain: boolean;
  /** True if a token is asked for at every try. */
  tokenCanBeRenewed: boolean;
  random?: () => number;
}

/**
 * Returns true if a retry cannot do harm and may help. A 429 and an expired token are refusals, before anything is done. After
 * any other fault the call may have been executed: it is repeated if it only reads or has an Idempotency-Key.
 */
function canRepeat(error: unknown, { repeat, tokenCanBeRenewed }: RetryState): boolean {
  if (error instanceof ConnectionError) return repeat !== 'once';
  if (!(error instanceof ApiError)) return false;
  if (error.status === 429) return error.code !== 'quota_exceeded';
  if (error.status === 401) return error.code === 'token_expired' && tokenCanBeRenewed;
  if (error.status === 409) return error.code === 'request_in_progress';
  return repeat !== 'once' && (error.status === 408 || (error.status >= 500 && error.retryable));
}

/** Returns the milliseconds to wait before a retry; undefined if there is to be none. */
export function retryWaitMs(error: unknown, state: RetryState): number | undefined {
  const { retries, maxRetries, retryDelayMs, bodyCanBeSentAgain, random = Math.random } = state;
  if (retries >= maxRetries || !bodyCanBeSentAgain || !canRepeat(error, state)) return undefined;
  const after = (error instanceof ApiError && error.retryAfter) || 0;
  if (after > LONGEST_RETRY_AFTER_S) return undefined;
  const backoff = retryDelayMs * Math.min(2 ** retries, MOST_DOUBLED);
  // Later than `Retry-After` rather than before it.
  return Math.max(
    after * 1000 + random() * JITTER * retryDelayMs,
    backoff * (1 + JITTER * (2 * random() - 1)),
  );
}
