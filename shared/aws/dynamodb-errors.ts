import { setTimeout } from 'node:timers/promises';
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { Problem } from '#shared/kernel/problems.ts';
import { orUnavailable } from './unavailable.ts';

const ATTEMPTS = 6;
/** Milliseconds before the second attempt; doubled each time, half of it at random: 0.6 s in all. */
const FIRST_PAUSE = 20;

const reasons = (error: TransactionCanceledException): (string | undefined)[] =>
  (error.CancellationReasons ?? []).map((reason) => reason.Code);

/** Whether the write's own condition refused it, alone or within a transaction. */
export const isConditionFailed = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException ||
  (error instanceof TransactionCanceledException && reasons(error).includes('ConditionalCheckFailed'));

/** Two writes met on an item while one of them was a transaction: neither has seen the other. */
const isConflict = (error: unknown): boolean =>
  error instanceof TransactionConflictException ||
  (error instanceof TransactionCanceledException &&
    !isConditionFailed(error) &&
    reasons(error).includes('TransactionConflict'));

const isThrottled = (error: unknown): boolean =>
  error instanceof TransactionCanceledException &&
  reasons(error).some((code) => code === 'ThrottlingError' || code === 'ProvisionedThroughputExceeded');

/**
 * Makes one call, again where it met a transaction: the SDK does not repeat those.
 * @throws Problem `dependency_unavailable`
 */
export async function ask<Output>(call: () => Promise<Output>): Promise<Output> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await orUnavailable('The database', call());
    } catch (error) {
      if (!isConflict(error) && !isThrottled(error)) throw error;
      if (attempt === ATTEMPTS) {
        throw new Problem('dependency_unavailable', 'The database is busy. Try again in a moment.', {
          cause: error,
          retryAfter: 2,
        });
      }
      await pause(attempt);
    }
  }
}

/** Waits before the attempt after `attempt`. */
export const pause = (attempt: number): Promise<void> =>
  setTimeout(FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
