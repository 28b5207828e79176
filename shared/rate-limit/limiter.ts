import type { TenantId } from '#shared/kernel/ids.ts';

/** Seconds of a window. It begins with the first call that it counts. */
export const WINDOW_SECONDS = 60;

/** What a call takes of one counter: `requests`, `searches`, `uploads`, or an endpoint's `METHOD /v1/path`. */
export interface Demand {
  counter: string;
  amount: number;
  /** How many may be taken in a window. */
  limit: number;
}

export interface Grant {
  counter: string;
  limit: number;
  /** How many of those asked for may go on, 0 to `amount`. */
  granted: number;
  /** How many are left in this window, as far as this process knows. */
  remaining: number;
  /** Seconds until the window ends and all of the limit is there again, 1 to 60. */
  resetsIn: number;
}

/** Counts what each tenant takes, over all processes together. */
export interface Limiter {
  /**
   * Takes from all counters of a call at once, by one write at most; by none where an earlier one has taken ahead, or
   * has found that nothing is left.
   * @returns in the order of the demands
   * @throws Problem `dependency_unavailable` where nobody can tell
   */
  take(tenant: TenantId, demands: readonly Demand[]): Promise<Grant[]>;
}
