import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageQueue, ReceivedMessage } from './message-queue.ts';
import { type BatchRule, fillBatch } from './micro-batch.ts';
import type { TaskProtection } from './task-protection.ts';
import type { WorkerHealth } from './worker-health.ts';

/** Batches in flight: while one is in the model, the next one's images are fetched and decoded. */
const MAX_IN_FLIGHT = 2;
/** SQS's longest poll, in seconds: the fewest empty receives to pay for. */
const POLL_SECONDS = 20;
/** The longest backoff after failed polls, in milliseconds. */
const MAX_BACKOFF_MS = 30_000;

export interface Work {
  queue: MessageQueue;
  rule: BatchRule;
  /** Settles every message of a batch; never throws. */
  handle(messages: readonly ReceivedMessage[]): Promise<void>;
  health: Pick<WorkerHealth, 'polled' | 'iterated'>;
  protection: TaskProtection;
  onPollError(error: unknown): void;
}

/** Polls and handles batches until the signal is aborted; then settles the batches in flight and returns. */
export async function work(ports: Work, signal: AbortSignal): Promise<void> {
  const { queue, rule, handle, health, protection } = ports;
  const inFlight = new Set<Promise<void>>();
  let failures = 0;
  let waitSeconds = 0; // the first poll returns at once: a successful poll makes the worker ready
  while (!signal.aborted) {
    health.iterated();
    try {
      const messages = await fillBatch(queue, rule, waitSeconds, signal);
      waitSeconds = POLL_SECONDS;
      failures = 0;
      health.polled();
      if (messages.length === 0) {
        if (inFlight.size === 0) await protection.release();
        continue;
      }
      await protection.protect();
      const batch = handle(messages).finally(() => inFlight.delete(batch));
      inFlight.add(batch);
      if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight);
    } catch (error) {
      ports.onPollError(error);
      await pause(Math.min(MAX_BACKOFF_MS, 500 * 2 ** failures++), signal);
    }
  }
  await Promise.all(inFlight);
  await protection.release();
}

/** Resolves early if the signal is aborted. */
const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);
