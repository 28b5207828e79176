import type { MessageQueue, ReceivedMessage } from './message-queue.ts';

export interface Visibility {
  /** Seconds for which a received message is invisible to other workers. */
  timeoutSeconds: number;
  /** Milliseconds between two extensions. */
  extendEveryMs: number;
}

/**
 * Extends the visibility timeout of messages periodically until stopped.
 * @param onError called when an extension fails: at worst another worker repeats the work
 * @returns a function that stops it and resolves once no extension is in flight, so that none overrides a later change
 */
export function extendVisibility(
  queue: MessageQueue,
  messages: readonly ReceivedMessage[],
  { timeoutSeconds, extendEveryMs }: Visibility,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let extension: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    extension = queue.changeVisibility(messages, timeoutSeconds).catch(onError);
  }, extendEveryMs);
  return () => {
    clearInterval(timer);
    return extension;
  };
}
