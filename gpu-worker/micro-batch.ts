import type { HeldMessage, MessageQueue } from './message-queue.ts';

/** The most messages that one SQS call gives. */
const RECEIVE_SIZE = 10;

/** How large a micro-batch gets, and how long after its first message it may wait for more. */
export interface BatchRule {
  size: number;
  waitMs: number;
}

/**
 * Waits for a first message, then takes more until the batch is full, its time is over, or the queue has no more to
 * give: a picture does not wait for company that is not there.
 * @param waitSeconds for the first message
 * @returns nothing where the poll ended without a message
 */
export async function fillBatch(
  queue: MessageQueue,
  rule: BatchRule,
  waitSeconds: number,
  signal: AbortSignal,
): Promise<HeldMessage[]> {
  const room = () => Math.min(RECEIVE_SIZE, rule.size - batch.length);
  const batch: HeldMessage[] = [];
  batch.push(...(await queue.receive(room(), waitSeconds, signal)));
  const deadline = performance.now() + rule.waitMs;
  while (batch.length > 0 && room() > 0 && performance.now() < deadline && !signal.aborted) {
    const more = await takeMore(queue, room(), signal);
    if (more.length === 0) break;
    batch.push(...more);
  }
  return batch;
}

/** What is held already must not be lost to a failing call: the next poll meets the same trouble and reports it. */
const takeMore = (queue: MessageQueue, max: number, signal: AbortSignal): Promise<HeldMessage[]> =>
  queue.receive(max, 0, signal).catch(() => []);
