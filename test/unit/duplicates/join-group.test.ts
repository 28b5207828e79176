import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Match, MIN_CONFIDENCE } from '#shared/duplicates/group-members.ts';
import { joinGroup } from '#shared/duplicates/join-group.ts';
import { leaveGroup } from '#shared/duplicates/leave-group.ts';
import { type ImageId, newImageId } from '#shared/kernel/ids.ts';
import { memoryGroupStore } from '../../memory/group-store.ts';
import { ACME, NOW } from '../search/library.ts';

// Sorted: matches of equal confidence are ordered by id, and ids are random within a millisecond.
const [a, b, c, d, e] = Array.from({ length: 5 }, newImageId).sort() as Five;
type Five = [ImageId, ImageId, ImageId, ImageId, ImageId];
const edited = (imageId: Match['imageId'], confidence = 0.99): Match => ({
  imageId,
  verdict: 'edited_copy',
  confidence,
});
const exact = (imageId: Match['imageId']): Match => ({ imageId, verdict: 'exact', confidence: 1 });

function setUp() {
  const groups = memoryGroupStore();
  const join = joinGroup({ groups });
  return {
    groups,
    join: (image: Match['imageId'], matches: Match[]) => join(ACME, { image_id: image }, matches, NOW),
    distances: async () =>
      Object.fromEntries(
        (await groups.list(ACME, { limit: 9 })).items.flatMap(({ members }) =>
          members.map(({ image_id, distance }) => [image_id, distance]),
        ),
      ),
  };
}

describe('joinGroup', () => {
  test('limits a chain of copies to two matches from the anchor', async () => {
    const { join, distances } = setUp();
    await join(b, [edited(a)]);
    await join(c, [edited(a)]);
    expect(await distances()).toEqual({ [b]: 0, [a]: 1, [c]: 2 });
    expect(await join(d, [edited(c)])).toBeUndefined();
    expect((await join(e, [edited(c), edited(b)]))?.group.members).toHaveLength(4);
    expect(await distances()).toMatchObject({ [e]: 1 });
  });

  test('for any matches, makes no group of one and no member beyond two matches from the anchor', async () => {
    const images = Array.from({ length: 9 }, () => newImageId());
    const pair = fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 8 })).filter(([one, other]) => one !== other);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(pair, { maxLength: 24, selector: ([one, other]) => [one, other].sort().join() }),
        fc.shuffledSubarray([...images.keys()], { minLength: 9 }),
        async (pairs, arrivals) => {
          const { join, groups } = setUp();
          const matchesOf = (position: number) =>
            pairs
              .flatMap(([one, other]) => (one === position ? [other] : other === position ? [one] : []))
              .flatMap((other) => images[other] ?? []);
          for (const position of [...arrivals, ...arrivals]) {
            const image = images[position];
            if (image)
              await join(
                image,
                matchesOf(position).map((other) => edited(other)),
              );
          }
          const all = (await groups.list(ACME, { limit: 99 })).items;
          const members = all.flatMap((group) => group.members.map(({ image_id }) => image_id));
          expect(new Set(members).size).toBe(members.length);
          for (const group of all) {
            expect(group.members.length).toBeGreaterThanOrEqual(2);
            expect(group.members.filter(({ distance }) => distance === 0)).toHaveLength(1);
            for (const { distance, confidence } of group.members) {
              expect(distance).toBeLessThanOrEqual(2);
              expect(confidence).toBeGreaterThanOrEqual(MIN_CONFIDENCE);
            }
          }
          // ungrouped images do not match each other
          const single = images.filter((image) => !members.includes(image));
          for (const image of single)
            expect(matchesOf(images.indexOf(image)).filter((other) => single.includes(other))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('groups an image that is too distant from the anchor with ungrouped matches', async () => {
    const { join, groups } = setUp();
    await join(b, [edited(a)]);
    await join(c, [edited(a)]);
    await join(d, [edited(c), edited(e)]);
    const ids = await groups.groupsOf(ACME, [a, b, c, d, e]);
    expect(ids.get(d)).toBe(ids.get(e));
    expect(ids.get(d)).not.toBe(ids.get(a));
  });

  test('merges two groups if an image matches all members of both', async () => {
    const { join, groups } = setUp();
    await join(b, [exact(a)]);
    await join(d, [exact(c)]);
    const joined = await join(e, [edited(a), edited(b), edited(c)]);
    expect(joined?.group.members).toHaveLength(3);
    const all = await join(e, [edited(a), edited(b), edited(c), edited(d)]);
    expect(all?.group.group_id).toBe(joined?.group.group_id);
    expect(all?.group.members.map(({ image_id }) => image_id).sort()).toEqual([a, b, c, d, e].sort());
    expect(await groups.count(ACME)).toBe(1);
  });

  test('does not merge a group with a decision', async () => {
    const { join, groups } = setUp();
    await join(b, [exact(a)]);
    const other = (await join(d, [exact(c)]))?.group;
    if (!other) throw new Error('no group');
    const decision = { action: 'keep_all', image_ids: [c, d], decided_at: NOW, decided_by: 'ann' } as const;
    await groups.save({ ...other, decision: { ...decision, image_ids: [c, d] } });
    await join(e, [edited(a), edited(b), edited(c), edited(d)]);
    expect(await groups.count(ACME)).toBe(2);
  });

  test('multiplies confidence along matches and rejects members below the minimum', async () => {
    const { join } = setUp();
    await join(b, [edited(a, 0.95)]);
    const joined = await join(c, [edited(a, 0.95)]);
    expect(joined?.group.members.at(-1)?.confidence).toBeCloseTo(0.9025);
    expect(joined?.group.confidence).toBeCloseTo(0.9025);
    expect(await join(d, [edited(a, 0.93)])).toBeUndefined();
    expect(await join(e, [])).toBeUndefined();
  });

  test('joins the group of the best match', async () => {
    const { join, groups } = setUp();
    await join(b, [edited(a)]);
    await join(d, [edited(c)]);
    await join(e, [edited(b, 0.99), exact(d)]);
    const ids = await groups.groupsOf(ACME, [b, d, e]);
    expect(ids.get(e)).toBe(ids.get(d));
    expect(ids.get(e)).not.toBe(ids.get(b));
  });

  test('throws a retryable problem if concurrent writes always win', async () => {
    const groups = { ...memoryGroupStore(), save: async () => false };
    await expect(joinGroup({ groups })(ACME, { image_id: a }, [exact(b)], NOW)).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
  });
});

describe('leaveGroup', () => {
  test('deletes a group of one and frees its last member', async () => {
    const { join, groups } = setUp();
    await join(b, [edited(a)]);
    await leaveGroup({ groups })(ACME, a, NOW);
    expect(await groups.count(ACME)).toBe(0);
    expect((await groups.groupsOf(ACME, [a, b])).size).toBe(0);
  });

  test('makes the next best member the anchor if the anchor leaves', async () => {
    const { join, groups, distances } = setUp();
    await join(b, [edited(a)]);
    await join(c, [exact(b)]);
    await join(d, [edited(b)]);
    await leaveGroup({ groups })(ACME, b, NOW);
    expect(await distances()).toEqual({ [c]: 0, [a]: 1, [d]: 1 });
    const [group] = (await groups.list(ACME, { limit: 9 })).items;
    expect(group?.verdict).toBe('edited_copy');
    expect(group?.members.find(({ image_id }) => image_id === c)?.confidence).toBe(1);
  });

  test('does nothing for an image without a group', async () => {
    const { groups } = setUp();
    await leaveGroup({ groups })(ACME, a, NOW);
    expect(await groups.count(ACME)).toBe(0);
  });
});
