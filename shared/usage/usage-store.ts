import type { TenantId } from '#shared/kernel/ids.ts';
import type { DailyUsage, Usage } from './usage.ts';

/** A call to be counted. */
export interface MeteredCall {
  /** The event's id: a call told twice is counted once. */
  id: string;
  /** RFC 3339. */
  at: string;
  usage: Usage;
}

/** What tenants used, by day and by month (UTC). */
export interface UsageStore {
  /** Counts each call once. @returns those that were not counted before, summed up */
  meter(tenant: TenantId, calls: readonly MeteredCall[]): Promise<Usage>;
  /** @param period `2026-11`; days without a call are left out */
  read(tenant: TenantId, period: string): Promise<{ total: Usage; daily: DailyUsage[] }>;
  /** The same month of many tenants; who called nothing is left out. */
  readTotals(tenants: readonly TenantId[], period: string): Promise<Map<TenantId, Usage>>;
}
