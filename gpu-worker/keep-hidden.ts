import type { HeldMessage, MessageQueue } from './message-queue.ts';

/** How long messages stay hidden at a time, and how often that is renewed. */
export interface Hold {
  seconds: number;
  renewEveryMs: number;
}

/**
 * Keeps messages hidden from other workers while this one works on them, however long that takes.
 * @param onError told where a renewal fails: at worst another worker does the same work again
 * @returns ends it; resolves when no renewal is under way any more, so that none overrides what is done next
 */
export function keepHidden(
  queue: MessageQueue,
  messages: readonly HeldMessage[],
  { seconds, renewEveryMs }: Hold,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let renewal: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    renewal = queue.hide(messages, seconds).catch(onError);
  }, renewEveryMs);
  return () => {
    clearInterval(timer);
    return renewal;
  };
}
