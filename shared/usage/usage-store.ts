import type { TenantId } from '#shared/kernel/ids.ts';
import type { DailyUsage, Usage } from './usage.ts';

/** A call to count. */
export interface MeteredCall {
  /** The event's id: a redelivered event is counted once. */
  id: string;
  /** RFC 3339. */
  at: string;
  usage: Usage;
}

/** Usage of tenants by day and month, UTC. */
export interface UsageStore {
  /** Counts each call once. @returns the sum of the calls that had not been counted before */
  meter(tenant: TenantId, calls: readonly MeteredCall[]): Promise<Usage>;
  /** Reads a month; `daily` leaves out days without calls. @param period `2026-11` */
  read(tenant: TenantId, period: string): Promise<{ total: Usage; daily: DailyUsage[] }>;
  /** Reads a month of many tenants; leaves out those without calls. */
  readTotals(tenants: readonly TenantId[], period: string): Promise<Map<TenantId, Usage>>;
}
