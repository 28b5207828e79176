import { AbortError } from './errors.ts';

/** Returns the error for an aborted signal. */
export const abortedBy = (signal: AbortSignal): AbortError =>
  new AbortError('The call was aborted by its signal.', { cause: signal.reason });

/** Waits so many milliseconds. @throws AbortError once the signal is aborted */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortedBy(signal));
    const abort = () => {
      clearTimeout(timer);
      reject(signal && abortedBy(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
