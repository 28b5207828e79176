import { thresholdKey } from '#shared/aws/dynamodb-activity-keys.ts';
import { openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import type { ThresholdStore } from './threshold-store.ts';

/** Longer than the month that a threshold is told in. */
const TOLD_SECONDS = 62 * 24 * 60 * 60;

/** Thresholds in the table `activity`. */
export function dynamoThresholdStore(options: TableOptions, now: () => number = Date.now): ThresholdStore {
  const table = openTable(options);
  return {
    async isTold(tenant, threshold) {
      return (await table.get(thresholdKey(tenant, threshold))) !== undefined;
    },
    async noteTold(tenant, threshold) {
      const expires_at = Math.ceil(now() / 1000) + TOLD_SECONDS; // DynamoDB's TTL counts seconds
      await table.put({ ...thresholdKey(tenant, threshold), expires_at });
    },
  };
}
