import { expect, it } from 'vitest';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import { newTable } from '../emulator.ts';
import { recordReads } from '../reads.ts';
import { groupWith, newGroup, newImage, newTenant } from '../samples.ts';

/** Counters of a tenant. */
const COUNTERS = 32;

it('is counted by reading at most 32 items, however many groups there are', async () => {
  const options = await newTable('groups');
  const groups = dynamoGroupStore(options);
  const [tenant, other] = [newTenant(), newTenant()];
  const ids = Array.from({ length: 90 }, newGroup);
  for (const id of ids) await groups.save(groupWith(tenant, id, [newImage(), newImage()]));
  await groups.save(groupWith(other, newGroup(), [newImage(), newImage()]));
  for (const id of ids.slice(0, 10)) await groups.save(groupWith(tenant, id, [], 1));

  const reads = recordReads(options.client);
  expect(await groups.count(tenant)).toBe(80);
  expect(reads).toHaveLength(1);
  expect(reads[0]?.items).toBeLessThanOrEqual(COUNTERS);
});

it('is counted once, when a group changes, and under concurrent writes', async () => {
  const groups = dynamoGroupStore(await newTable('groups'));
  const tenant = newTenant();
  const [first, second] = [newGroup(), newGroup()];
  const [a, b, c] = [newImage(), newImage(), newImage()];
  await Promise.all(Array.from({ length: 5 }, () => groups.save(groupWith(tenant, first, [a, b]))));
  expect(await groups.count(tenant)).toBe(1);
  await groups.save(groupWith(tenant, first, [a, b, c], 1));
  expect(await groups.save(groupWith(tenant, second, [a, newImage()]))).toBe(false); // a has a group
  expect(await groups.count(tenant)).toBe(1);
  await Promise.all([1, 2, 3].map(() => groups.save(groupWith(tenant, first, [], 2))));
  expect(await groups.count(tenant)).toBe(0);
  await Promise.all(
    Array.from({ length: 20 }, () => groups.save(groupWith(tenant, newGroup(), [newImage(), newImage()]))),
  );
  expect(await groups.count(tenant)).toBe(20);
});
