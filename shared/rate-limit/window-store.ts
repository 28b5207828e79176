import type { TenantId } from '#shared/kernel/ids.ts';

/** A minute of one counter: it begins with the first call that it counts. */
export interface CountedWindow {
  /** Milliseconds since 1970. */
  startedAt: number;
  /** What was taken of it, by all processes together. */
  used: number;
}
export type Windows = ReadonlyMap<string, CountedWindow>;

/** What to take of one counter. */
export interface Taking {
  counter: string;
  amount: number;
  limit: number;
  /** The window to take from; absent where a new one is to be opened. */
  from?: number;
}

/** The windows of each tenant, for all processes. */
export interface WindowStore {
  read(tenant: TenantId): Promise<Windows>;
  /**
   * Takes all of it, or nothing: each window must be the one that is taken from and have as much left, or, for a new
   * one, the last must have ended before `endedBy`.
   * @param now milliseconds since 1970: when new windows begin
   * @returns whether it was taken, and the windows as they are now
   */
  take(
    tenant: TenantId,
    takings: readonly Taking[],
    now: number,
    endedBy: number,
  ): Promise<{ taken: boolean; windows: Windows }>;
}
