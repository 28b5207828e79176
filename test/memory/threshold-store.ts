import type { ThresholdStore } from '#shared/usage/threshold-store.ts';

/** Thresholds in memory, for tests. */
export function memoryThresholdStore(): ThresholdStore {
  const told = new Set<string>();
  return {
    async isTold(tenant, threshold) {
      return told.has(`${tenant}/${threshold}`);
    },
    async noteTold(tenant, threshold) {
      told.add(`${tenant}/${threshold}`);
    },
  };
}
