import type { TenantId } from '#shared/kernel/ids.ts';

/** The current window of one counter. */
export interface CountedWindow {
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Taken by all processes, leases included. */
  used: number;
}
export type Windows = ReadonlyMap<string, CountedWindow>;

/** An amount to charge to one counter. */
export interface Charge {
  counter: string;
  amount: number;
  limit: number;
  /** `startedAt` of the window to charge; absent to open a new one. */
  from?: number;
}

/** Windows of tenants and of their people, shared by all processes. `person`: as `personOf` names it; absent: the tenant's own windows. */
export interface WindowStore {
  read(tenant: TenantId, person?: string): Promise<Windows>;
  /**
   * Applies all charges or none. Each charged window must still be the current one and have enough left; to open a new
   * window, the current one must have started no later than `endedBy`.
   * @param now start of new windows, milliseconds since 1970
   * @returns whether the charges were applied, and the current windows
   */
  take(
    tenant: TenantId,
    charges: readonly Charge[],
    now: number,
    endedBy: number,
    person?: string,
  ): Promise<{ taken: boolean; windows: Windows }>;
}
