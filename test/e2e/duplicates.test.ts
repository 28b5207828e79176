import { describe, expect, it } from 'vitest';
import {
  decideGroup,
  decideGroups,
  searchDuplicates,
  undoDecision,
} from '#shared/contracts/http/duplicates.ts';
import { deleteImages, listImages } from '#shared/contracts/http/images.ts';
import { newGroupId, newImageId } from '#shared/kernel/ids.ts';
import { edits } from '../fixtures/edits.ts';
import { photograph } from '../fixtures/photographs.ts';
import { eventually, newTenant, settled, upload } from './client.ts';

describe('duplicates', () => {
  it('groups exact and edited copies on ingest, but not similar images', async () => {
    const owner = await newTenant('groups');
    const original = await photograph('locomotion-house-cat');
    const files = [original, original, await edits.jpeg20(original), await photograph('nagasaki-boats')];
    const images: string[] = [];
    for (const [n, bytes] of files.entries())
      images.push(await upload(owner, bytes, { filename: `${n}.jpg` }));
    for (const image of images) await settled(owner, image);
    const [a = '', b = '', c = '', d = ''] = images;
    const { body } = await eventually(
      () => owner.call(searchDuplicates, { body: { scope: 'all' } }),
      (reply) => reply.body.groups[0]?.images.length === 3,
    );
    expect(body.total_groups).toBe(1);
    expect(body.groups[0]?.images.map(({ image_id }) => image_id).sort()).toEqual([a, b, c].sort());
    expect([a, b]).toContain(body.groups[0]?.suggested_keeper);

    const own = await owner.call(searchDuplicates, { body: { image_id: c } });
    expect(own.body.groups.map(({ group_id }) => group_id)).toEqual([body.groups[0]?.group_id]);
    expect((await owner.call(searchDuplicates, { body: { image_id: d } })).body.groups).toEqual([]);
  });

  it('keeps images decided not to be duplicates in separate groups until undone, also when a new copy joins', async () => {
    const owner = await newTenant('decisions');
    const bytes = await photograph('locomotion-house-cat');
    const all = { body: { scope: 'all' } } as const;
    const images = [
      await upload(owner, bytes, { filename: 'a.jpg' }),
      await upload(owner, bytes, { filename: 'b.jpg' }),
    ];
    for (const image of images) await settled(owner, image);
    const { body } = await eventually(
      () => owner.call(searchDuplicates, all),
      (reply) => reply.body.groups.length === 1,
    );
    const params = { group_id: body.groups[0]?.group_id ?? '' };
    expect(body.groups[0]).toMatchObject({ decided: false });

    const [keeper = '', other = ''] = images;
    const decided = await owner.call(decideGroup, { params, body: { action: 'keep_one', keeper } });
    expect(decided).toMatchObject({ status: 200, body: { keeper, deletable_image_ids: [other] } });
    expect((await owner.call(searchDuplicates, all)).body.groups[0]).toMatchObject({
      decided: true,
      suggested_keeper: keeper,
    });
    expect((await owner.call(searchDuplicates, { body: { scope: 'all', decided: false } })).body).toEqual({
      groups: [],
      total_groups: 0,
    });

    expect(await owner.call(decideGroup, { params, body: { action: 'not_duplicates' } })).toMatchObject({
      status: 200,
      body: { action: 'not_duplicates', image_ids: expect.arrayContaining(images) },
    });
    expect((await owner.call(searchDuplicates, all)).body.groups).toEqual([]);
    const third = await upload(owner, bytes, { filename: 'c.jpg' });
    await settled(owner, third);
    const [group] = (
      await eventually(
        () => owner.call(searchDuplicates, all),
        (reply) => reply.body.groups.length > 0,
      )
    ).body.groups;
    expect(group?.images).toHaveLength(2);
    expect(group?.images.map(({ image_id }) => image_id)).toContain(third);

    expect((await owner.call(undoDecision, { params })).body).toEqual({ ...params, decided: false });
    expect(await owner.call(undoDecision, { params })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect(
      await owner.call(decideGroup, { params, body: { action: 'keep_all', pairs: [[keeper, other]] } }),
    ).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('are decided and deleted in bulk, each with an outcome of its own, and once by an Idempotency-Key', async () => {
    const owner = await newTenant('bulk');
    const images: string[] = [];
    for (const name of ['locomotion-house-cat', 'nagasaki-boats'] as const)
      for (const copy of ['a', 'b'])
        images.push(await upload(owner, await photograph(name), { filename: `${name}-${copy}.jpg` }));
    for (const image of images) await settled(owner, image);
    const { body } = await eventually(
      () => owner.call(searchDuplicates, { body: { scope: 'all' } }),
      (reply) => reply.body.groups.length === 2,
    );
    const [first = '', second = ''] = body.groups.map(({ group_id }) => group_id);

    const keyed = { headers: { 'idempotency-key': 'decide-once' } };
    const decisions = [
      { group_id: first, action: 'keep_one' as const },
      { group_id: newGroupId(), action: 'keep_all' as const },
      { group_id: second, action: 'keep_all' as const, keeper: images[0] },
      { group_id: second, action: 'keep_one' as const },
    ];
    const decided = await owner.call(decideGroups, { body: { decisions }, ...keyed });
    expect(decided).toMatchObject({
      status: 200,
      body: {
        outcomes: [
          { group_id: first, action: 'keep_one', deletable_image_ids: [expect.any(String)] },
          { error: { code: 'not_found', status: 404 } },
          { error: { code: 'invalid_request', errors: [{ pointer: '/decisions/2/keeper' }] } },
          { group_id: second, deletable_image_ids: [expect.any(String)] },
        ],
      },
    });
    expect((await owner.call(decideGroups, { body: { decisions }, ...keyed })).body).toEqual(decided.body);
    const open = { body: { scope: 'all', decided: false } } as const;
    expect((await owner.call(searchDuplicates, open)).body.groups).toEqual([]);

    const deletable = decided.body.outcomes.flatMap((outcome) =>
      'error' in outcome ? [] : outcome.deletable_image_ids,
    );
    const image_ids = [...deletable, newImageId(), 'no id'];
    const deleteOnce = { body: { image_ids }, headers: { 'idempotency-key': 'delete-once' } };
    const deleted = await owner.call(deleteImages, deleteOnce);
    expect(deleted).toMatchObject({
      status: 200,
      body: {
        outcomes: [
          ...deletable.map((image_id) => ({ receipt: { image_id, deleted: { objects: 2 } } })),
          { error: { code: 'not_found' } },
          { error: { code: 'invalid_request', errors: [{ pointer: '/image_ids/3' }] } },
        ],
      },
    });
    expect((await owner.call(deleteImages, deleteOnce)).body).toEqual(deleted.body);
    expect(await owner.call(deleteImages, { body: { image_ids: deletable } })).toMatchObject({
      body: { outcomes: [{ error: { code: 'purged' } }, { error: { code: 'purged' } }] },
    });
    const left = (await owner.call(listImages)).body.images.map(({ image_id }) => image_id);
    expect(left.sort()).toEqual(images.filter((image) => !deletable.includes(image)).sort());
  });
});
