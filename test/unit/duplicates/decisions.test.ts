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

/** A group of some exact copies, and what can be done with it. */
async function shelf(count = 3) {
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
    say: (action: DecisionAction, more = {}, id: GroupId = group) =>
      decide(ACME, id, { ...ANN, action, ...more }),
    undo: (id: GroupId = group, tenant = ACME) => undoDecision(ports)(tenant, id, LATER),
    /** The groups' members, each sorted, without the groups' ids. */
    sets: async () =>
      (await listed()).groups.map(({ images: all }) => all.map(({ image_id }) => image_id).sort()),
  };
}

describe('decisions that keep a group', () => {
  test('are shown, filter the list, and outlive another comparison', async () => {
    const { images, group, say, listed, detect } = await shelf();
    expect((await listed({ decided: false })).total_groups).toBe(1);
    const said = await say('keep_all');
    expect(decision.reply.schema.parse(said)).toMatchObject({ action: 'keep_all', deletable_image_ids: [] });
    for (const image of images) await detect(image);
    expect((await listed()).groups).toMatchObject([
      { group_id: group, decided: true, decision: { action: 'keep_all', decided_by: 'key_ann' } },
    ]);
    expect(await listed({ decided: false })).toMatchObject({ groups: [], total_groups: 0 });
    expect(await listed({ decided: true })).toMatchObject({ total_groups: 1 });
    expect(await say('keep_all', { at: LATER })).toEqual(said);
  });

  test('name what may be deleted: all but the keeper, the suggested one where none is given', async () => {
    const { images, say, listed, copy } = await shelf();
    const big = await copy({ width: 4000, height: 3000 });
    expect(await say('keep_one')).toMatchObject({ keeper: big });
    const [first, ...others] = images;
    const said = await say('keep_one', { keeper: first });
    expect(said.deletable_image_ids.toSorted()).toEqual([...others, big].sort());
    expect((await listed()).groups[0]).toMatchObject({
      suggested_keeper: first,
      keeper_reason: 'chosen by a person',
      decision: { action: 'keep_one', keeper: first },
    });
  });

  test('are open again when a new copy arrives, or when undone', async () => {
    const { say, listed, copy, undo, group, publisher } = await shelf();
    await say('keep_all');
    const told = publisher.events.length;
    await copy();
    expect((await listed()).groups[0]).toMatchObject({ decided: false, decision: { action: 'keep_all' } });
    expect(publisher.events).toHaveLength(told + 1);
    await say('keep_all');
    await undo();
    expect((await listed()).groups[0]).toMatchObject({ group_id: group, decided: false });
    expect((await listed()).groups[0]).not.toHaveProperty('decision');
    expect(publisher.events).toHaveLength(told + 1);
  });

  test('are refused for a stranger, an unknown group, and what changes meanwhile', async () => {
    const { say, add, groups, group, images, imageStore } = await shelf();
    const stranger = await add(embeddingAt(0.5, 0.5));
    await expect(say('keep_one', { keeper: stranger })).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(say('keep_all', {}, newGroupId())).rejects.toMatchObject({ code: 'not_found' });
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
  test('ends the group, and no comparison brings it back; undone, it is there as it was', async () => {
    const { images, group, say, undo, sets, detect, listed, publisher } = await shelf();
    const told = publisher.events.length;
    const said = await say('not_duplicates');
    expect(said.image_ids.toSorted()).toEqual(images.toSorted());
    for (const image of images) await detect(image);
    expect(await sets()).toEqual([]);
    expect(await say('not_duplicates', { at: LATER })).toEqual(said);
    await expect(say('keep_all')).rejects.toMatchObject({ code: 'not_found' });

    await undo();
    expect((await listed()).groups).toMatchObject([{ group_id: group, decided: false }]);
    expect(await sets()).toEqual([images.toSorted()]);
    for (const image of images) await detect(image);
    expect(await sets()).toEqual([images.toSorted()]);
    expect(publisher.events).toHaveLength(told);
    await expect(undo()).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a copy that comes later joins one of them, and never brings two of them together', async () => {
    const { images, say, copy, sets } = await shelf(2);
    await say('not_duplicates');
    const third = await copy();
    const [set = [], ...others] = await sets();
    expect(others).toEqual([]);
    expect(set).toContain(third);
    expect(set).toHaveLength(2);
    expect(images).toEqual(expect.arrayContaining(set.filter((image) => image !== third)));
  });

  test('of pairs only: who left and is still the same makes a group; undone, all are one again', async () => {
    const { images, say, sets, undo, group, detect } = await shelf(4);
    const [a, b, c, d] = images as [ImageId, ImageId, ImageId, ImageId]; // shelf(4)
    await say('not_duplicates', {
      pairs: [
        [a, c],
        [a, d],
        [b, c],
        [b, d],
      ],
    });
    for (const image of images) await detect(image);
    expect((await sets()).map(String).sort()).toEqual([[a, b].sort(), [c, d].sort()].map(String).sort());
    await undo(group);
    expect(await sets()).toEqual([images.toSorted()]);
  });

  test('undone, it brings nothing back that was deleted or has found others', async () => {
    const { images, say, undo, sets, imageStore, copy } = await shelf(4);
    const [a, b, c, d] = images as [ImageId, ImageId, ImageId, ImageId]; // shelf(4)
    await say('not_duplicates');
    await imageStore.markPurged(ACME, d, LATER);
    const newer = await copy();
    const taken = (await sets()).flat().find((image) => image !== newer);
    await undo();
    const left = [a, b, c].filter((image) => image !== taken).sort();
    expect((await sets()).map(String).sort()).toEqual([[taken, newer].sort(), left].map(String).sort());
  });

  test('whatever breaks off, repeating it ends the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 7 }), fc.boolean(), async (fails, undone) => {
        const whole = await shelf(3);
        if (undone) await whole.say('not_duplicates');
        let calls = 0;
        const broken = new Proxy(whole.groups, {
          get: (target, name, receiver) => {
            const value = Reflect.get(target, name, receiver);
            return async (...args: unknown[]) => {
              const result = await Reflect.apply(value, target, args);
              if (calls++ === fails) throw new Problem('dependency_unavailable', 'broken off');
              return result;
            };
          },
        });
        const act = (groups: typeof whole.groups) =>
          undone
            ? undoDecision({ ...whole, groups })(ACME, whole.group, LATER)
            : decideGroup({ ...whole, groups })(ACME, whole.group, { ...ANN, action: 'not_duplicates' });
        const first = await act(broken).then(
          () => 'done',
          () => 'broken off',
        );
        if (first !== 'done') {
          // an undoing that was cut off after its last step has nothing left to undo
          await act(whole.groups).catch((error) => expect(error).toMatchObject({ code: 'not_found' }));
        }
        expect(await whole.sets()).toEqual(undone ? [whole.images.toSorted()] : []);
      }),
      { numRuns: 40 },
    );
  });
});
