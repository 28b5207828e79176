import { setTimeout as sleep } from 'node:timers/promises';
import type { HeldMessage, MessageQueue } from './message-queue.ts';
import { type BatchRule, fillBatch } from './micro-batch.ts';
import type { TaskProtection } from './task-protection.ts';
import type { Vitals } from './vitals.ts';

/** While one batch is in the model, the next one's pictures are fetched and decoded. */
const LANES = 2;
/** The longest poll that SQS allows, in seconds: fewer empty answers to pay for. */
const POLL_SECONDS = 20;
/** The longest pause after failing polls, in milliseconds. */
const LONGEST_PAUSE = 30_000;

export interface Work {
  queue: MessageQueue;
  rule: BatchRule;
  /** Settles every message of a batch; does not throw. */
  handle(messages: readonly HeldMessage[]): Promise<void>;
  vitals: Pick<Vitals, 'polled' | 'turned'>;
  protection: TaskProtection;
  onPollError(error: unknown): void;
}

/** Works until the signal is aborted, then finishes what it holds: nothing that was received is left behind. */
export async function work(ports: Work, signal: AbortSignal): Promise<void> {
  const { queue, rule, handle, vitals, protection } = ports;
  const lanes = new Set<Promise<void>>();
  let failures = 0;
  let waitSeconds = 0; // the first poll does not wait: it shows that the queue answers, and so makes the worker ready
  while (!signal.aborted) {
    vitals.turned();
    try {
      const messages = await fillBatch(queue, rule, waitSeconds, signal);
      waitSeconds = POLL_SECONDS;
      failures = 0;
      vitals.polled();
      if (messages.length === 0) {
        if (lanes.size === 0) await protection.release();
        continue;
      }
      await protection.protect();
      const lane = handle(messages).finally(() => lanes.delete(lane));
      lanes.add(lane);
      if (lanes.size >= LANES) await Promise.race(lanes);
    } catch (error) {
      ports.onPollError(error);
      await pause(Math.min(LONGEST_PAUSE, 500 * 2 ** failures++), signal);
    }
  }
  await Promise.all(lanes);
  await protection.release();
}

/** Ends early, and quietly, when the signal is aborted. */
const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);
