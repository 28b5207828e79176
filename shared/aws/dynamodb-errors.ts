import { setTimeout } from 'node:timers/promises';
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { orUnavailable } from './unavailable.ts';

const ATTEMPTS = 6;
/** Milliseconds before the second attempt; doubled each time, half of it at random: 0.6 s in all. */
const FIRST_PAUSE = 20;

const reasons = (error: TransactionCanceledException): (string | undefined)[] =>
  (error.CancellationReasons ?? []).map((reason) => reason.Code);

/** Returns true if the write's own condition was not met, alone or within a transaction. */
export const isConditionFailed = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException ||
  (error instanceof TransactionCanceledException && reasons(error).includes('ConditionalCheckFailed'));

/** Returns true if the write conflicted with another one on an item, of which one was a transaction: it may be retried. */
const isConflict = (error: unknown): boolean =>
  error instanceof TransactionConflictException ||
  (error instanceof TransactionCanceledException &&
    !isConditionFailed(error) &&
    reasons(error).includes('TransactionConflict'));

const isThrottled = (error: unknown): boolean =>
  error instanceof TransactionCanceledException &&
  reasons(error).some((code) => code === 'ThrottlingError' || code === 'ProvisionedThroughputExceeded');

/**
 * Makes one call. Retries conflicts with transactions, and throttled transactions: the SDK does not.
 * @throws Problem `dependency_unavailable`
 */
export async function send<Output>(call: () => Promise<Output>): Promise<Output> {
  let cause: unknown;
  const exhausted = () =>
    new Problem('dependency_unavailable', 'The database is busy. Try again in a moment.', {
      cause,
      retryAfter: 2,
    });
  return retryOnConflict({ attempts: ATTEMPTS, pause, exhausted }, async () => {
    try {
      return await orUnavailable('The database', call());
    } catch (error) {
      if (!isConflict(error) && !isThrottled(error)) throw error;
      cause = error;
      return CONFLICT;
    }
  });
}

/** Waits before the attempt after `attempt`, which counts from 1. */
export const pause = (attempt: number): Promise<void> =>
  setTimeout(FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));

const BATCH_ATTEMPTS = 8;

/**
 * Waits before what a batch has left over is sent again.
 * @throws Problem `dependency_unavailable` after the last attempt
 */
export async function pauseBatch(attempt: number): Promise<void> {
  if (attempt === BATCH_ATTEMPTS) {
    throw new Problem('dependency_unavailable', 'The database is busy. Try again in a moment.', {
      retryAfter: 2,
    });
  }
  await pause(attempt);
}
