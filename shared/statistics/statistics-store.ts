import type { GroupId, ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Counters } from './statistics.ts';

/** An image or a duplicate group: both contribute to the statistics. */
export type CountedId = ImageId | GroupId;

/** Reads what each image or group contributes now; those that contribute nothing are left out. */
export type ReadContributions = (ids: readonly CountedId[]) => Promise<ReadonlyMap<CountedId, Counters>>;

/** A tenant's sums over its images and groups; they lag behind by the delay of the change stream. */
export interface StatisticsStore {
  /**
   * Replaces the recorded contributions by what `readContributions` returns and adjusts the sums. Idempotent: repeated,
   * late and reordered calls all end at the current state.
   */
  update(tenant: TenantId, ids: readonly CountedId[], readContributions: ReadContributions): Promise<void>;
  read(tenant: TenantId): Promise<Counters>;
  /** Leaves out tenants without counters. */
  readMany(tenants: readonly TenantId[]): Promise<Map<TenantId, Counters>>;
  /** Returns how many images passed each of `PIPELINE_STAGES` per second, by `passed`, since the start of the previous minute. */
  rates(tenant: TenantId): Promise<Counters>;
}
