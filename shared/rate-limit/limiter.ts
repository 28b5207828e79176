import type { TenantId } from '#shared/kernel/ids.ts';

/** Seconds of a window. A window starts with the first call that it counts. */
export const WINDOW_SECONDS = 60;

/** The counter of a person's searches. */
export const PERSONAL_SEARCHES = 'searches_per_person';

/** A call's demand on one counter: `requests`, `searches`, `uploads`, an endpoint's `METHOD /v1/path`, or a person's. */
export interface Demand {
  counter: string;
  amount: number;
  /** Maximum per window. */
  limit: number;
}

export interface Grant {
  counter: string;
  limit: number;
  /** Admitted part of the demand, 0 to `amount`. */
  granted: number;
  /** Remaining in this window, as far as this process knows. */
  remaining: number;
  /** Seconds until the window ends and the whole limit is available again, 1 to 60. */
  resetsIn: number;
}

/**
 * Counts each tenant's calls against its limits, and those of its people against theirs, across all processes.
 * `person`: as `personOf` names it; absent: the counters are the tenant's.
 */
export interface Limiter {
  /**
   * Takes from all counters of a call in at most one write; in none if the process holds a lease or knows that a limit
   * is exhausted.
   * @returns grants in the order of the demands
   * @throws Problem `dependency_unavailable` if the counters cannot be read or written
   */
  take(tenant: TenantId, demands: readonly Demand[], person?: string): Promise<Grant[]>;
  /** Returns what is left of the counters, without taking from them; all grants are 0. @throws Problem as `take` */
  left(tenant: TenantId, demands: readonly Demand[], person?: string): Promise<Grant[]>;
  /**
   * Makes a part of what `take` granted available again to this process, for what a call turned out not to use. A grant can
   * be given back once. Without effect once the window has ended.
   */
  giveBack(unused: readonly { grant: Grant; amount: number }[]): void;
}
