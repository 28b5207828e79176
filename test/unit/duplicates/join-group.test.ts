import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LEAST_CONFIDENCE, type Match } from '#shared/duplicates/group-members.ts';
import { joinGroup } from '#shared/duplicates/join-group.ts';
import { leaveGroup } from '#shared/duplicates/leave-group.ts';
import { type ImageId, newImageId } from '#shared/kernel/ids.ts';
import { memoryGroupStore } from '../../memory/group-store.ts';
import { ACME, NOW } from '../search/library.ts';

// In order: equally sure matches are taken by their ids, which are random within a millisecond.
const [a, b, c, d, e] = Array.from({ length: 5 }, newImageId).sort() as Five;
type Five = [ImageId, ImageId, ImageId, ImageId, ImageId];
const edited = (imageId: Match['imageId'], confidence = 0.99): Match => ({
  imageId,
  verdict: 'edited_copy',
  confidence,
});
const exact = (imageId: Match['imageId']): Match => ({ imageId, verdict: 'exact', confidence: 1 });

function shelf() {
  const groups = memoryGroupStore();
  const join = joinGroup({ groups });
  return {
    groups,
    join: (image: Match['imageId'], matches: Match[]) => join(ACME, image, matches, NOW),
    distances: async () =>
      Object.fromEntries(
        (await groups.list(ACME, { limit: 9 })).items.flatMap(({ members }) =>
          members.map(({ image_id, distance }) => [image_id, distance]),
        ),
      ),
  };
}

describe('joinGroup', () => {
  test('a chain of copies ends two matches from the anchor', async () => {
    const { join, distances } = shelf();
    await join(b, [edited(a)]);
    await join(c, [edited(a)]);
    expect(await distances()).toEqual({ [b]: 0, [a]: 1, [c]: 2 });
    expect(await join(d, [edited(c)])).toBeUndefined();
    expect((await join(e, [edited(c), edited(b)]))?.group.members).toHaveLength(4);
    expect(await distances()).toMatchObject({ [e]: 1 });
  });

  test('whatever matches whatever: no group of one, nobody more than two matches from the anchor', async () => {
    const pictures = Array.from({ length: 9 }, () => newImageId());
    const pair = fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 8 })).filter(([one, other]) => one !== other);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(pair, { maxLength: 24, selector: ([one, other]) => [one, other].sort().join() }),
        fc.shuffledSubarray([...pictures.keys()], { minLength: 9 }),
        async (pairs, arrivals) => {
          const { join, groups } = shelf();
          const matchesOf = (picture: number) =>
            pairs
              .flatMap(([one, other]) => (one === picture ? [other] : other === picture ? [one] : []))
              .flatMap((other) => pictures[other] ?? []);
          for (const picture of [...arrivals, ...arrivals]) {
            const image = pictures[picture];
            if (image)
              await join(
                image,
                matchesOf(picture).map((other) => edited(other)),
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
              expect(confidence).toBeGreaterThanOrEqual(LEAST_CONFIDENCE);
            }
          }
          // who is alone matches nobody who is alone too
          const alone = pictures.filter((image) => !members.includes(image));
          for (const image of alone)
            expect(matchesOf(pictures.indexOf(image)).filter((other) => alone.includes(other))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a picture that could only be a third match makes a group with what is free', async () => {
    const { join, groups } = shelf();
    await join(b, [edited(a)]);
    await join(c, [edited(a)]);
    await join(d, [edited(c), edited(e)]);
    const ids = await groups.groupsOf(ACME, [a, b, c, d, e]);
    expect(ids.get(d)).toBe(ids.get(e));
    expect(ids.get(d)).not.toBe(ids.get(a));
  });

  test('two groups become one where a picture is the same as all in both', async () => {
    const { join, groups } = shelf();
    await join(b, [exact(a)]);
    await join(d, [exact(c)]);
    const joined = await join(e, [edited(a), edited(b), edited(c)]);
    expect(joined?.group.members).toHaveLength(3);
    const all = await join(e, [edited(a), edited(b), edited(c), edited(d)]);
    expect(all?.group.group_id).toBe(joined?.group.group_id);
    expect(all?.group.members.map(({ image_id }) => image_id).sort()).toEqual([a, b, c, d, e].sort());
    expect(await groups.count(ACME)).toBe(1);
  });

  test('two groups stay two where a person has decided on the other one', async () => {
    const { join, groups } = shelf();
    await join(b, [exact(a)]);
    const other = (await join(d, [exact(c)]))?.group;
    if (!other) throw new Error('no group');
    const decision = { action: 'keep_all', image_ids: [c, d], decided_at: NOW, decided_by: 'ann' } as const;
    await groups.save({ ...other, decision: { ...decision, image_ids: [c, d] } });
    await join(e, [edited(a), edited(b), edited(c), edited(d)]);
    expect(await groups.count(ACME)).toBe(2);
  });

  test('confidence falls with each match, and what is too unsure stays out', async () => {
    const { join } = shelf();
    await join(b, [edited(a, 0.95)]);
    const joined = await join(c, [edited(a, 0.95)]);
    expect(joined?.group.members.at(-1)?.confidence).toBeCloseTo(0.9025);
    expect(joined?.group.confidence).toBeCloseTo(0.9025);
    expect(await join(d, [edited(a, 0.93)])).toBeUndefined();
    expect(await join(e, [])).toBeUndefined();
  });

  test('the surest match decides between two groups', async () => {
    const { join, groups } = shelf();
    await join(b, [edited(a)]);
    await join(d, [edited(c)]);
    await join(e, [edited(b, 0.99), exact(d)]);
    const ids = await groups.groupsOf(ACME, [b, d, e]);
    expect(ids.get(e)).toBe(ids.get(d));
    expect(ids.get(e)).not.toBe(ids.get(b));
  });

  test('gives up with a problem that is tried again, where others are always faster', async () => {
    const groups = { ...memoryGroupStore(), save: async () => false };
    await expect(joinGroup({ groups })(ACME, a, [exact(b)], NOW)).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
  });
});

describe('leaveGroup', () => {
  test('a group of one is removed, and its last member is free again', async () => {
    const { join, groups } = shelf();
    await join(b, [edited(a)]);
    await leaveGroup({ groups })(ACME, a, NOW);
    expect(await groups.count(ACME)).toBe(0);
    expect((await groups.groupsOf(ACME, [a, b])).size).toBe(0);
  });

  test('the next best member takes the place of an anchor that leaves', async () => {
    const { join, groups, distances } = shelf();
    await join(b, [edited(a)]);
    await join(c, [exact(b)]);
    await join(d, [edited(b)]);
    await leaveGroup({ groups })(ACME, b, NOW);
    expect(await distances()).toEqual({ [c]: 0, [a]: 1, [d]: 1 });
    const [group] = (await groups.list(ACME, { limit: 9 })).items;
    expect(group?.verdict).toBe('edited_copy');
    expect(group?.members.find(({ image_id }) => image_id === c)?.confidence).toBe(1);
  });

  test('a picture without a group has none to leave', async () => {
    const { groups } = shelf();
    await leaveGroup({ groups })(ACME, a, NOW);
    expect(await groups.count(ACME)).toBe(0);
  });
});
