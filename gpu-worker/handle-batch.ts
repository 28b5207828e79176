import { z } from 'zod';
import { ImagesValidatedV1 } from '#shared/contracts/events/images-validated.v1.ts';
import type { EmbedOutcome } from '#shared/images/embed-image.ts';
import { isRetryable, Problem } from '#shared/kernel/problems.ts';
import { type Hold, keepHidden } from './keep-hidden.ts';
import type { HeldMessage, MessageQueue } from './message-queue.ts';
import type { BatchReport } from './report.ts';

export interface BatchPorts {
  queue: MessageQueue;
  hold: Hold;
  /** The flow `embedPictures`. */
  embed(events: readonly ImagesValidatedV1[]): Promise<EmbedOutcome[]>;
  /** Says that a picture can never be embedded. */
  reject(event: ImagesValidatedV1, problem: Problem, attempts: number): Promise<void>;
  report: BatchReport;
}

const Body = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(ImagesValidatedV1);

interface Task {
  message: HeldMessage;
  event: ImagesValidatedV1;
}

/**
 * Embeds the pictures of a micro-batch and settles each message by itself: removed where its work is done or can
 * never be done, shown again where trying again may help. It does not throw.
 */
export const handleBatch =
  (ports: BatchPorts) =>
  async (messages: readonly HeldMessage[]): Promise<void> => {
    const startedAt = performance.now();
    const release = keepHidden(ports.queue, messages, ports.hold, ports.report.renewalFailed);
    const tasks = messages.flatMap((message) => read(message) ?? []);
    const readable = new Set(tasks.map(({ message }) => message));
    const outcomes = await ports.embed(tasks.map(({ event }) => event));
    const settled = await Promise.all(
      tasks.map(async (task, position) => ({
        ...task,
        retry: await settle(ports, task, outcomes[position]),
      })),
    );
    await release();

    const done = settled.filter(({ retry }) => !retry).map(({ message }) => message);
    // One that cannot be read comes again as well, until the queue moves it to its dead-letter queue.
    const again = messages.filter((message) => !done.includes(message));
    for (const message of again) if (!readable.has(message)) ports.report.unreadable(message);
    const calls = await Promise.allSettled([
      ports.queue.remove(done),
      ...again.map((message) => ports.queue.hide([message], backoffSeconds(message.attempts))),
    ]);
    for (const call of calls) if (call.status === 'rejected') ports.report.notSettled(call.reason);
    ports.report.batch(outcomes, performance.now() - startedAt);
  };

function read(message: HeldMessage): Task | undefined {
  try {
    return { message, event: Body.parse(message.body) };
  } catch {
    return undefined;
  }
}

/** @returns whether the message has to come again */
async function settle(ports: BatchPorts, { message, event }: Task, outcome?: EmbedOutcome): Promise<boolean> {
  if (outcome && outcome.status !== 'failed') {
    ports.report.picture(event, outcome);
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
  ports.report.retried(event, error, message.attempts);
  return true;
}

/** 5 s after the first attempt, twice as long after each further one, 5 minutes at most. */
export const backoffSeconds = (attempts: number): number => Math.min(300, 5 * 2 ** (attempts - 1));
