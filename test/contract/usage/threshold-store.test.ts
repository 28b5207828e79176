import { expect, it } from 'vitest';
import { thresholdKey } from '#shared/aws/dynamodb-activity-keys.ts';
import { openTable } from '#shared/aws/dynamodb-table.ts';
import { dynamoThresholdStore } from '#shared/usage/dynamodb-threshold-store.ts';
import type { ThresholdStore } from '#shared/usage/threshold-store.ts';
import { memoryThresholdStore } from '../../memory/threshold-store.ts';
import { newTable } from '../emulator.ts';
import { newTenant } from '../samples.ts';

it.each<[string, () => Promise<ThresholdStore>]>([
  ['memory', async () => memoryThresholdStore()],
  ['DynamoDB', async () => dynamoThresholdStore(await newTable('activity'))],
])('thresholds in %s are told by tenant, quota, percent and month', async (_, open) => {
  const [store, tenant] = [await open(), newTenant()];
  expect(await store.isTold(tenant, 'stored_images.80.2026-11')).toBe(false);
  await store.noteTold(tenant, 'stored_images.80.2026-11');
  await store.noteTold(tenant, 'stored_images.80.2026-11');
  expect(await store.isTold(tenant, 'stored_images.80.2026-11')).toBe(true);
  for (const other of ['stored_images.100.2026-11', 'stored_images.80.2026-12', 'requests.80.2026-11'])
    expect(await store.isTold(tenant, other)).toBe(false);
  expect(await store.isTold(newTenant(), 'stored_images.80.2026-11')).toBe(false);
});

it('a threshold in DynamoDB outlives its month, and then expires', async () => {
  const options = await newTable('activity');
  const tenant = newTenant();
  await dynamoThresholdStore(options, () => Date.parse('2026-11-01T00:00:00.000Z')).noteTold(tenant, 'x');
  expect(await openTable(options).get(thresholdKey(tenant, 'x'))).toMatchObject({
    expires_at: Date.parse('2027-01-02T00:00:00.000Z') / 1000,
  });
});
