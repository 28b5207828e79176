import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideGroup as decision } from '#shared/contracts/http/duplicates.ts';
import { decideGroup } from '#shared/duplicates/decide-group.ts';
import { detectDuplicates } from '#shared/duplicates/detect-duplicates.ts';
import { listDuplicates } from '#shared/duplicates/list-duplicates.ts';
import { undoDecision } from '#shared/duplicates/undo-decision.ts';
import { type GroupId, type ImageId, newGroupId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { DecisionAction } from '#shared/kernel/vocabulary.ts';
import { ACME, embeddingAt, library, NOW, OTHER } from '../search/library.ts';
import { indexed } from './events.ts';

const ANN = { by: 'key_ann', keeperRule: 'pixels', at: NOW } as const;
const LATER = '2026-03-09T00:00:00.000Z';

/** Creates a group of exact copies, and functions that act on it. */
async function setUp(count = 3) {
  const ports = await library();
  const detect = detectDuplicates(ports);
  const copy = async (change = {}) => {
    const image = await ports.add(embeddingAt(1, 1), { hash_sha256: 'a'.repeat(64), ...change });
    await detect(indexed(image));
    return image;
  };
  const images: ImageId[] = [];
  for (let n = 0; n < count; n++) images.push(await copy());
  const list = listDuplicates(ports);
  const listed = async (query = {}) =>
    list(ACME, {
      scope: 'all',
      minConfidence: 0.9,
      verdicts: ['exact', 'edited_copy'],
      limit: 50,
      thumbnailUrl: (image) => `/thumbnails/${image}`,
      keeperRule: 'pixels',
      ...query,
    });
  const group = (await listed()).groups[0]?.group_id ?? newGroupId();
  const decide = decideGroup(ports);
  return {
    ...ports,
    images,
    group,
    copy,
    listed,
    detect: (image: ImageId) => detect(indexed(image)),
    decideOn: (action: DecisionAction, more = {}, id: GroupId = group) =>
      decide(ACME, id, { ...ANN, action, ...more }),
    undo: (id: GroupId = group, tenant = ACME) => undoDecision(ports)(tenant, id, LATER),
    /** Sorted image ids of each group. */
    memberIds: async () =>
      (await listed()).groups.map(({ images: all }) => all.map(({ image_id }) => image_id).sort()),
  };
}

describe('decisions that keep a group', () => {
  test('are listed, filter the list and survive another detection', async () => {
    const { images, group, decideOn, listed, detect } = await setUp();
    expect((await listed({ decided: false })).total_groups).toBe(1);
    const decided = await decideOn('keep_all');
    expect(decision.reply.schema.parse(decided)).toMatchObject({
      action: 'keep_all',
      deletable_image_ids: [],
    });
    for (const image of images) await detect(image);
    expect((await listed()).groups).toMatchObject([
      { group_id: group, decided: true, decision: { action: 'keep_all', decided_by: 'key_ann' } },
    ]);
    expect(await listed({ decided: false })).toMatchObject({ groups: [], total_groups: 0 });
    expect(await listed({ decided: true })).toMatchObject({ total_groups: 1 });
    expect(await decideOn('keep_all', { at: LATER })).toEqual(decided);
  });

  test('return all images but the keeper as deletable; the keeper defaults to the suggested one', async () => {
    const { images, decideOn, listed, copy } = await setUp();
    const big = await copy({ width: 4000, height: 3000 });
    expect(await decideOn('keep_one')).toMatchObject({ keeper: big });
    const [first, ...others] = images;
    const decided = await decideOn('keep_one', { keeper: first });
    expect(decided.deletable_image_ids.toSorted()).toEqual([...others, big].sort());
    expect((await listed()).groups[0]).toMatchObject({
      suggested_keeper: first,
      keeper_reason: 'chosen by a person',
      decision: { action: 'keep_one', keeper: first },
    });
  });

  test('become undecided when a new copy joins or the decision is undone', async () => {
    const { decideOn, listed, copy, undo, group, publisher } = await setUp();
    await decideOn('keep_all');
    const published = publisher.events.length;
    await copy();
    expect((await listed()).groups[0]).toMatchObject({ decided: false, decision: { action: 'keep_all' } });
    expect(publisher.events).toHaveLength(published + 1);
    await decideOn('keep_all');
    await undo();
    expect((await listed()).groups[0]).toMatchObject({ group_id: group, decided: false });
    expect((await listed()).groups[0]).not.toHaveProperty('decision');
    expect(publisher.events).toHaveLength(published + 1);
  });

  test('are rejected for a non-member, an unknown group and a concurrent change', async () => {
    const { decideOn, add, groups, group, images, imageStore } = await setUp();
    const stranger = await add(embeddingAt(0.5, 0.5));
    await expect(decideOn('keep_one', { keeper: stranger })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(decideOn('keep_all', {}, newGroupId())).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      decideGroup({ groups, imageStore })(OTHER, group, { ...ANN, action: 'keep_all' }),
    ).rejects.toEqual(expect.any(Problem));
    const busy = { ...groups, save: async () => false };
    await expect(
      decideGroup({ groups: busy, imageStore })(ACME, group, { ...ANN, action: 'keep_all' }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(images).toHaveLength(3);
  });
});

describe('not_duplicates', () => {
  test('deletes the group for all later detections; undo restores it', async () => {
    const { images, group, decideOn, undo, memberIds, detect, listed, publisher } = await setUp();
    const published = publisher.events.length;
    const decided = await decideOn('not_duplicates');
    expect(decided.image_ids.toSorted()).toEqual(images.toSorted());
    for (const image of images) await detect(image);
    expect(await memberIds()).toEqual([]);
    expect(await decideOn('not_duplicates', { at: LATER })).toEqual(decided);
    await expect(decideOn('keep_all')).rejects.toMatchObject({ code: 'not_found' });

    await undo();
    expect((await listed()).groups).toMatchObject([{ group_id: group, decided: false }]);
    expect(await memberIds()).toEqual([images.toSorted()]);
    for (const image of images) await detect(image);
    expect(await memberIds()).toEqual([images.toSorted()]);
    expect(publisher.events).toHaveLength(published);
    await expect(undo()).rejects.toMatchObject({ code: 'not_found' });
  });

  test('lets a later copy join one of them, never linking two of them', async () => {
    const { images, decideOn, copy, memberIds } = await setUp(2);
    await decideOn('not_duplicates');
    const third = await copy();
    const [set = [], ...others] = await memberIds();
    expect(others).toEqual([]);
    expect(set).toContain(third);
    expect(set).toHaveLength(2);
    expect(images).toEqual(expect.arrayContaining(set.filter((image) => image !== third)));
  });

  test('with pairs, regroups the remaining copies; undo merges all again', async () => {
    const { images, decideOn, memberIds, undo, group, detect } = await setUp(4);
    const [a, b, c, d] = images as [ImageId, ImageId, ImageId, ImageId]; // setUp(4)
    await decideOn('not_duplicates', {
      pairs: [
        [a, c],
        [a, d],
        [b, c],
        [b, d],
      ],
    });
    for (const image of images) await detect(image);
    expect((await memberIds()).map(String).sort()).toEqual([[a, b].sort(), [c, d].sort()].map(String).sort());
    await undo(group);
    expect(await memberIds()).toEqual([images.toSorted()]);
  });

  test('does not restore, when undone, images that were deleted or have joined another group', async () => {
    const { images, decideOn, undo, memberIds, imageStore, copy } = await setUp(4);
    const [a, b, c, d] = images as [ImageId, ImageId, ImageId, ImageId]; // setUp(4)
    await decideOn('not_duplicates');
    await imageStore.markPurged(ACME, d, LATER);
    const newer = await copy();
    const taken = (await memberIds()).flat().find((image) => image !== newer);
    await undo();
    const left = [a, b, c].filter((image) => image !== taken).sort();
    expect((await memberIds()).map(String).sort()).toEqual([[taken, newer].sort(), left].map(String).sort());
  });

  test('can be repeated after any interruption with the same result', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 7 }), fc.boolean(), async (fails, undone) => {
        const world = await setUp(3);
        if (undone) await world.decideOn('not_duplicates');
        let calls = 0;
        const broken = new Proxy(world.groups, {
          get: (target, name, receiver) => {
            const value = Reflect.get(target, name, receiver);
            return async (...args: unknown[]) => {
              const result = await Reflect.apply(value, target, args);
              if (calls++ === fails) throw new Problem('dependency_unavailable', 'broken off');
              return result;
            };
          },
        });
        const act = (groups: typeof world.groups) =>
          undone
            ? undoDecision({ ...world, groups })(ACME, world.group, LATER)
            : decideGroup({ ...world, groups })(ACME, world.group, {
                ...ANN,
                action: 'not_duplicates',
              });
        const first = await act(broken).then(
          () => 'done',
          () => 'broken off',
        );
        if (first !== 'done') {
          // an undoing that was cut off after its last step has nothing left to undo
          await act(world.groups).catch((error) => expect(error).toMatchObject({ code: 'not_found' }));
        }
        expect(await world.memberIds()).toEqual(undone ? [world.images.toSorted()] : []);
      }),
      { numRuns: 40 },
    );
  });
});
