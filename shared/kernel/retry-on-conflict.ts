/** Returned by an attempt to be repeated: another writer came first, or more writes are needed. */
export const CONFLICT = Symbol('conflict');

export interface Retries {
  /** The maximum number of attempts. */
  attempts: number;
  /** Waits before the attempt after `attempt`, which counts from 1; without it, the next attempt starts at once. */
  pause?: (attempt: number) => Promise<void>;
  /** Returns the error to throw if the last attempt met a conflict too. */
  exhausted: () => unknown;
}

/**
 * Repeats an optimistic write until it meets no conflict. Each attempt must read its input again.
 * @param attempt reads, decides and writes; returns `CONFLICT` to be repeated
 * @throws the error from `exhausted`; errors of an attempt are not retried
 */
export async function retryOnConflict<Result>(
  { attempts, pause, exhausted }: Retries,
  attempt: () => Promise<Result | typeof CONFLICT>,
): Promise<Result> {
  for (let count = 1; count <= attempts; count++) {
    const result = await attempt();
    if (result !== CONFLICT) return result;
    if (count < attempts) await pause?.(count);
  }
  throw exhausted();
}
