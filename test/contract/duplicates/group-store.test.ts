import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gatherReads } from '#shared/aws/dynamodb-gathered-reads.ts';
import { dynamoGroupStore } from '#shared/duplicates/dynamodb-group-store.ts';
import type { DuplicateGroup } from '#shared/duplicates/group.ts';
import type { GroupStore } from '#shared/duplicates/group-store.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { memoryGroupStore } from '../../memory/group-store.ts';
import { newTable } from '../emulator.ts';
import { groupWith, newGroup, newImage, newTenant } from '../samples.ts';

const NOW = '2026-03-01T00:00:00.000Z';

describe.each([
  ['memory', async () => memoryGroupStore()],
  ['DynamoDB', async () => dynamoGroupStore(await newTable('groups'))],
  [
    'DynamoDB, reads gathered',
    async () => dynamoGroupStore({ ...(await newTable('groups')), gather: gatherReads }),
  ],
])('groups in %s', (_, open) => {
  let groups: GroupStore;
  let tenant: TenantId;
  const [a, b, c, d] = [newImage(), newImage(), newImage(), newImage()];
  beforeAll(async () => {
    groups = await open();
  });
  beforeEach(() => {
    tenant = newTenant();
  });

  it('stores a group with its members', async () => {
    const id = newGroup();
    const group = groupWith(tenant, id, [a, b]);
    expect(await groups.save(group)).toBe(true);
    expect(await groups.get(tenant, id)).toEqual({ ...group, version: 1 });
    expect(await groups.groupsOf(tenant, [c, b, a, a])).toEqual(
      new Map([
        [a, id],
        [b, id],
      ]),
    );
    expect(await groups.get(newTenant(), id)).toBeUndefined();
    expect(await groups.groupsOf(newTenant(), [a])).toEqual(new Map());
    expect(await groups.membersBeside(tenant, [b, c, b])).toEqual([a, b]);
    expect(await groups.membersBeside(newTenant(), [b])).toEqual([]);
    expect(await groups.count(tenant)).toBe(1);
    expect(await groups.count(newTenant())).toBe(0);
  });

  it('rejects a write that has not read the last version', async () => {
    const id = newGroup();
    await groups.save(groupWith(tenant, id, [a, b]));
    expect(await groups.save(groupWith(tenant, id, [a, c]))).toBe(false);
    expect(await groups.save(groupWith(tenant, id, [a, b, c], 1))).toBe(true);
    expect(await groups.save(groupWith(tenant, id, [a, b, d], 1))).toBe(false);
    expect(await groups.save(groupWith(tenant, newGroup(), [d, c], 3))).toBe(false);
    expect((await groups.get(tenant, id))?.members.map((member) => member.image_id)).toEqual([a, b, c]);
  });

  it('accepts one of several concurrent writes', async () => {
    const id = newGroup();
    const writes = Array.from({ length: 6 }, () => groups.save(groupWith(tenant, id, [a, newImage()])));
    expect((await Promise.all(writes)).filter((saved) => saved)).toHaveLength(1);
    expect((await groups.get(tenant, id))?.version).toBe(1);
  });

  it('has an image in at most one group', async () => {
    const [first, second] = [newGroup(), newGroup()];
    await groups.save(groupWith(tenant, first, [a, b]));
    expect(await groups.save(groupWith(tenant, second, [c, b]))).toBe(false);
    expect(await groups.get(tenant, second)).toBeUndefined();
    expect(await groups.groupsOf(tenant, [c])).toEqual(new Map());
  });

  it('releases members that left, and removes a group of one', async () => {
    const [first, second] = [newGroup(), newGroup()];
    await groups.save(groupWith(tenant, first, [a, b, c]));
    expect(await groups.save(groupWith(tenant, first, [a, b], 1))).toBe(true);
    expect(await groups.save(groupWith(tenant, second, [c, d]))).toBe(true);
    expect(await groups.save(groupWith(tenant, first, [a], 1))).toBe(false);
    expect(await groups.save(groupWith(tenant, first, [a], 2))).toBe(true);
    expect(await groups.get(tenant, first)).toBeUndefined();
    expect(await groups.groupsOf(tenant, [a, b, c, d])).toEqual(
      new Map([
        [c, second],
        [d, second],
      ]),
    );
    expect(await groups.save(groupWith(tenant, first, [], 0))).toBe(true);
    expect(await groups.count(tenant)).toBe(1);
  });

  it('counts groups by verdict, sets of exact copies and decisions, as they change', async () => {
    const counts = async () =>
      Promise.all(
        [
          {},
          { decided: false },
          { decided: true },
          { verdicts: ['exact'] as const },
          { verdicts: ['edited_copy'] as const, decided: false },
          { exactSets: true },
          { exactSets: true, decided: true },
        ].map((counted) => groups.count(tenant, counted)),
      );
    const exact = (group: DuplicateGroup): DuplicateGroup => ({
      ...group,
      verdict: 'exact',
      members: group.members.map((member) => ({ ...member, verdict: 'exact' })),
    });
    const [first, second] = [newGroup(), newGroup()];
    await groups.save(exact(groupWith(tenant, first, [a, b])));
    await groups.save(groupWith(tenant, second, [c, d]));
    expect(await counts()).toEqual([2, 2, 0, 1, 1, 1, 0]);
    const decision = {
      action: 'keep_all' as const,
      image_ids: [a, b],
      decided_at: NOW,
      decided_by: 'person',
    };
    await groups.save({ ...exact(groupWith(tenant, first, [a, b], 1)), decision });
    expect(await counts()).toEqual([2, 1, 1, 1, 1, 1, 1]);
    await groups.save({ ...groupWith(tenant, first, [a, b, newImage()], 2), decision });
    expect(await counts()).toEqual([2, 2, 0, 0, 2, 0, 0]); // a copy that joined has opened it
    await groups.save(groupWith(tenant, first, [], 3));
    await groups.save(groupWith(tenant, second, [c], 1));
    expect(await counts()).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('lists groups newest first, by pages', async () => {
    const ids = [newGroup(), newGroup(), newGroup()];
    for (const id of ids) await groups.save(groupWith(tenant, id, [newImage(), newImage()]));
    const first = await groups.list(tenant, { limit: 2 });
    expect(first.items.map((group) => group.group_id)).toEqual([ids[2], ids[1]]);
    const cursor = first.nextCursor ?? '';
    const rest = await groups.list(tenant, { limit: 2, cursor });
    expect(rest.items.map((group) => group.group_id)).toEqual([ids[0]]);
    expect(rest.nextCursor).toBeUndefined();
    await expect(groups.list(newTenant(), { limit: 2, cursor })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  });

  it('lists the groups that satisfy the filter, with a cursor only if there are more', async () => {
    const ids = Array.from({ length: 7 }, newGroup);
    for (const id of ids) await groups.save(groupWith(tenant, id, [newImage(), newImage()]));
    const wanted = ({ group_id }: { group_id: string }) => group_id !== ids[6] && group_id !== ids[0];
    const first = await groups.list(tenant, { limit: 3, wanted });
    expect(first.items.map((group) => group.group_id)).toEqual([ids[5], ids[4], ids[3]]);
    const rest = await groups.list(tenant, { limit: 2, wanted, cursor: first.nextCursor });
    expect(rest.items.map((group) => group.group_id)).toEqual([ids[2], ids[1]]);
    expect(rest.nextCursor).toBeUndefined();
    expect(await groups.list(tenant, { limit: 3, wanted: () => false })).toEqual({ items: [] });
  });

  it('records the published version and keeps it and a decision when the group is written again', async () => {
    const id = newGroup();
    await groups.save(groupWith(tenant, id, [a, b]));
    await groups.markPublished(groupWith(tenant, id, [a, b], 1));
    const stored = await groups.get(tenant, id);
    expect(stored).toMatchObject({ version: 1, told_version: 1 });
    const decision = { action: 'keep_one', keeper: a, image_ids: [a, b], decided_at: NOW, decided_by: 'ann' };
    if (stored) await groups.save({ ...stored, decision: { ...decision, action: 'keep_one' } });
    await groups.markPublished(groupWith(tenant, id, [a, b], 1)); // late: it is at 2
    expect(await groups.get(tenant, id)).toMatchObject({ version: 2, told_version: 1, decision });
  });

  it('stores cannot-links in both directions until they are removed', async () => {
    const id = newGroup();
    const { members } = groupWith(tenant, id, [a, b, c]);
    const base = { tenant_id: tenant, group_id: id, members, created_at: NOW, decided_by: 'ann' };
    const all = { ...base, decided_at: NOW };
    const some = { ...base, pairs: [[a, d]] as [ImageId, ImageId][], decided_at: '2026-03-02T00:00:00.000Z' };
    await groups.separate(some);
    await groups.separate(all);
    await groups.separate(all);
    expect(await groups.separations(tenant, id)).toEqual([all, some]);
    expect(await groups.separations(newTenant(), id)).toEqual([]);
    expect(await groups.separations(tenant, newGroup())).toEqual([]);
    expect(await cannotLinksOf([a, b, d])).toEqual({ [a]: [b, c, d].sort(), [b]: [a, c].sort(), [d]: [a] });
    expect((await groups.cannotLinks(newTenant(), [a])).get(a)?.size ?? 0).toBe(0);

    await groups.removeCannotLinks(all);
    await groups.removeCannotLinks(all);
    expect(await cannotLinksOf([a, b, c])).toEqual({ [a]: [d], [b]: [], [c]: [] });
    expect(await groups.separations(tenant, id)).toEqual([all, some]);
    await groups.removeSeparation(all);
    await groups.removeSeparation(all);
    expect(await groups.separations(tenant, id)).toEqual([some]);
  });

  const cannotLinksOf = async (images: ImageId[]) =>
    Object.fromEntries(
      [...(await groups.cannotLinks(tenant, images))].map(([id, others]) => [id, [...others].sort()]),
    );
});
