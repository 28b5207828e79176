import * as z from 'zod';
import { ImagesValidatedV1 } from '#shared/contracts/events/images-validated.v1.ts';
import type { EmbedOutcome } from '#shared/images/embed-image.ts';
import { isRetryable, Problem } from '#shared/kernel/problems.ts';
import { backoffSeconds, isGivenUp } from '#shared/kernel/redelivery.ts';
import { linksTo } from '#shared/messaging/traceparent.ts';
import { inSpan } from '#shared/runtime/spans.ts';
import { extendVisibility, type Visibility } from './extend-visibility.ts';
import type { MessageQueue, ReceivedMessage } from './message-queue.ts';
import type { BatchReport } from './report.ts';

export interface BatchPorts {
  queue: MessageQueue;
  visibility: Visibility;
  /** `embedImages`. */
  embed(events: readonly ImagesValidatedV1[]): Promise<EmbedOutcome[]>;
  /** Records and publishes that an image cannot be embedded. */
  reject(event: ImagesValidatedV1, problem: Problem, attempts: number): Promise<void>;
  /** Records and publishes that no attempt succeeded, and that no dependency explains it. */
  giveUp(event: ImagesValidatedV1, attempts: number): Promise<unknown>;
  report: BatchReport;
}

const Body = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(ImagesValidatedV1);

interface Task {
  message: ReceivedMessage;
  event: ImagesValidatedV1;
}

/**
 * Embeds the images of a micro-batch and settles each message on its own: removes it if it is done or can never
 * succeed, otherwise makes it visible again after a backoff: one that cannot be read at once, as it only has to reach the
 * dead-letter queue. Never throws.
 */
export const handleBatch =
  (ports: BatchPorts) =>
  async (messages: readonly ReceivedMessage[]): Promise<void> => {
    const startedAt = performance.now();
    const stopExtending = extendVisibility(
      ports.queue,
      messages,
      ports.visibility,
      ports.report.extensionFailed,
    );
    const tasks = messages.flatMap((message) => read(message) ?? []);
    const readable = new Set(tasks.map(({ message }) => message));
    const links = linksTo(tasks.map(({ event }) => event.traceparent));
    const outcomes = await inSpan('gpu-worker', { kind: 'consumer', links }, () =>
      ports.embed(tasks.map(({ event }) => event)),
    );
    const settled = await Promise.all(
      tasks.map(async (task, position) => ({
        ...task,
        retry: await settle(ports, task, outcomes[position]),
      })),
    );
    await stopExtending();

    const done = settled.filter(({ retry }) => !retry).map(({ message }) => message);
    const toRetry = messages.filter((message) => !done.includes(message));
    for (const message of toRetry) if (!readable.has(message)) ports.report.unreadable(message);
    const calls = await Promise.allSettled([
      ports.queue.remove(done),
      ...toRetry.map((message) =>
        ports.queue.changeVisibility([message], readable.has(message) ? backoffSeconds(message.attempts) : 0),
      ),
    ]);
    for (const call of calls) if (call.status === 'rejected') ports.report.notSettled(call.reason);
    const events = tasks.map(({ event }) => event);
    ports.report.batch(outcomes, performance.now() - startedAt, events);
  };

function read(message: ReceivedMessage): Task | undefined {
  try {
    return { message, event: Body.parse(message.body) };
  } catch {
    return undefined;
  }
}

/** @returns true if the message must be redelivered */
async function settle(ports: BatchPorts, { message, event }: Task, outcome?: EmbedOutcome): Promise<boolean> {
  if (outcome && outcome.status !== 'failed') {
    ports.report.handled(event, outcome);
    return false;
  }
  let error = outcome?.error;
  if (error instanceof Problem && !isRetryable(error)) {
    try {
      await ports.reject(event, error, message.attempts);
      ports.report.rejected(event, error);
      return false;
    } catch (failure) {
      error = failure;
    }
  }
  if (isGivenUp(error, message.attempts)) {
    try {
      await ports.giveUp(event, message.attempts);
      ports.report.givenUp(event, error, message.attempts);
      return false;
    } catch (failure) {
      error = failure;
    }
  }
  ports.report.retried(event, error, message.attempts);
  return true;
}
