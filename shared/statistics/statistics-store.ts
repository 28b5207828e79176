import type { GroupId, ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Counters } from './statistics.ts';

/** What is counted: a picture or a duplicate group. */
export type Thing = ImageId | GroupId;

/** What each of these things adds now; one that adds nothing is left out. */
export type Look = (things: readonly Thing[]) => Promise<ReadonlyMap<Thing, Counters>>;

/** What a tenant's pictures and groups add up to: a moment behind them. */
export interface StatisticsStore {
  /**
   * Puts what the things add now in place of what they added before. It always ends at what `look` finds: told again,
   * late, or in another order, nothing changes.
   */
  update(tenant: TenantId, things: readonly Thing[], look: Look): Promise<void>;
  read(tenant: TenantId): Promise<Counters>;
  /** Who has nothing is left out. */
  readMany(tenants: readonly TenantId[]): Promise<Map<TenantId, Counters>>;
  /** How many pictures a second could be found since a minute ago. */
  indexingRate(tenant: TenantId): Promise<number>;
}
