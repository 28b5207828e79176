import type { MessageQueue, ReceivedMessage } from './message-queue.ts';

/** The most messages that one SQS receive returns. */
const RECEIVE_SIZE = 10;

export interface BatchRule {
  /** The most messages in a micro-batch. */
  size: number;
  /** Milliseconds after its first message in which a micro-batch may be filled. */
  waitMs: number;
}

/**
 * Waits for a first message, then receives more until the batch is full, its time is over, or the queue is empty.
 * @param waitSeconds for the first message
 * @returns no messages if the first poll returned none
 */
export async function fillBatch(
  queue: MessageQueue,
  rule: BatchRule,
  waitSeconds: number,
  signal: AbortSignal,
): Promise<ReceivedMessage[]> {
  const room = () => Math.min(RECEIVE_SIZE, rule.size - batch.length);
  const batch: ReceivedMessage[] = [];
  batch.push(...(await queue.receive(room(), waitSeconds, signal)));
  const deadline = performance.now() + rule.waitMs;
  while (batch.length > 0 && room() > 0 && performance.now() < deadline && !signal.aborted) {
    const more = await receiveMore(queue, room(), signal);
    if (more.length === 0) break;
    batch.push(...more);
  }
  return batch;
}

/** Ignores errors, so that messages already received are handled: the next poll meets the same error and reports it. */
const receiveMore = (queue: MessageQueue, max: number, signal: AbortSignal): Promise<ReceivedMessage[]> =>
  queue.receive(max, 0, signal).catch(() => []);
