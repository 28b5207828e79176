import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { searchDuplicates } from '#shared/contracts/http/duplicates.ts';
import type { DuplicateGroup } from '#shared/duplicates/group.ts';
import type { Match } from '#shared/duplicates/group-members.ts';
import { joinGroup } from '#shared/duplicates/join-group.ts';
import { leaveGroup } from '#shared/duplicates/leave-group.ts';
import { listDuplicates } from '#shared/duplicates/list-duplicates.ts';
import { type ImageId, newImageId } from '#shared/kernel/ids.ts';
import type { KeeperRule } from '#shared/kernel/settings.ts';
import { ACME, embeddingAt, library, NOW, OTHER } from '../search/library.ts';

const display = { thumbnailUrl: (image: ImageId) => `/thumbnails/${image}`, keeperRule: 'pixels' } as const;
const ALL = {
  scope: 'all',
  minConfidence: 0.9,
  verdicts: ['exact', 'edited_copy'],
  limit: 50,
  ...display,
} as const;

/** Five groups of two: two exact ones, three with an edited copy. */
async function setUp() {
  const ports = await library();
  const pairs: [ImageId, ImageId][] = [];
  for (let pair = 0; pair < 5; pair++) {
    const [one, other] = [
      await ports.add(embeddingAt(1, 1), { metadata: { album: 'sea' } }),
      await ports.add(embeddingAt(1, 1), { width: 800, height: 600 }),
    ];
    const match =
      pair < 2
        ? { imageId: one, verdict: 'exact' as const, confidence: 1 }
        : { imageId: one, verdict: 'edited_copy' as const, confidence: 0.95 + pair / 100 };
    await joinGroup(ports)(ACME, { image_id: other }, [match], NOW);
    pairs.push([one, other]);
  }
  return { ...ports, pairs, list: listDuplicates(ports) };
}

type Ports = Awaited<ReturnType<typeof library>>;

/** Creates a group of an image and an edited copy. */
async function pairOf(ports: Ports): Promise<DuplicateGroup | undefined> {
  const [one, other] = [await ports.add(embeddingAt(1, 1)), await ports.add(embeddingAt(1, 1))];
  const match: Match = { imageId: one, verdict: 'edited_copy', confidence: 0.99 };
  return (await joinGroup(ports)(ACME, { image_id: other }, [match], NOW))?.group;
}

/** Adds an image to a group. */
async function grow(ports: Ports, group: DuplicateGroup | undefined): Promise<void> {
  const imageId = group?.members[0]?.image_id;
  const copy = await ports.add(embeddingAt(1, 1));
  if (imageId)
    await joinGroup(ports)(
      ACME,
      { image_id: copy },
      [{ imageId, verdict: 'edited_copy', confidence: 0.99 }],
      NOW,
    );
}

describe('listDuplicates', () => {
  test('lists all groups page by page with image records, in the contract’s schema', async () => {
    const { list } = await setUp();
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list(ACME, { ...ALL, limit: 2, cursor });
      expect(searchDuplicates.reply.schema.parse(page)).toBeTruthy();
      expect(page.total_groups).toBe(5);
      listed.push(...page.groups.map(({ group_id }) => group_id));
      cursor = page.next_cursor;
    } while (cursor);
    expect(new Set(listed).size).toBe(5);
    expect(listed).toHaveLength(5);
  });

  test('lists each lasting group once and no group twice while groups change, with a constant total', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.nat({ max: 29 }), { maxLength: 20 }),
        fc.boolean(),
        async (limit, changed, filtered) => {
          const ports = await library();
          const groups = await Promise.all(Array.from({ length: 30 }, () => pairOf(ports)));
          const list = listDuplicates(ports);
          const asked = { ...ALL, limit, ...(filtered && { verdicts: ['edited_copy'] as const }) };
          const changes = changed.values();
          const [listed, gone] = [[] as string[], new Set<string | undefined>()];
          let cursor: string | undefined;
          do {
            const page = await list(ACME, { ...asked, cursor });
            expect(page.total_groups).toBe(30);
            listed.push(...page.groups.map(({ group_id }) => group_id));
            cursor = page.next_cursor;
            // between two pages one group grows, one is deleted and one is created
            const { value: place } = changes.next();
            if (place === undefined) continue;
            await grow(ports, groups[place]);
            const ending = groups[29 - place];
            gone.add(ending?.group_id);
            if (ending) await leaveGroup(ports)(ACME, ending.members[0]?.image_id ?? newImageId(), NOW);
            await pairOf(ports);
          } while (cursor);
          expect(new Set(listed).size).toBe(listed.length);
          const stayed = groups.map((group) => group?.group_id).filter((id) => id && !gone.has(id));
          expect(listed).toEqual(expect.arrayContaining(stayed));
        },
      ),
      { numRuns: 20 },
    );
  });

  /** A group of an image, two equal edited copies of it, and another edited copy, which is the largest. */
  async function mixedGroup() {
    const ports = await library();
    const add = (width: number) => ports.add(embeddingAt(1, 1), { width, height: 300 });
    const [original, twin, twin2, large] = [await add(400), await add(410), await add(410), await add(900)];
    const join = joinGroup(ports);
    const edited = (imageId: ImageId, confidence: number) =>
      ({ imageId, verdict: 'edited_copy', confidence, content: imageId }) as const;
    await join(ACME, { image_id: original, content: 'original' }, [edited(large, 0.96)], NOW);
    await join(ACME, { image_id: twin, content: 'same' }, [edited(original, 0.98)], NOW);
    const exact = { imageId: twin, verdict: 'exact' as const, confidence: 1, content: 'same' };
    await join(ACME, { image_id: twin2, content: 'same' }, [edited(original, 0.98), exact], NOW);
    return { ports, original, twin, twin2, large, list: listDuplicates(ports) };
  }

  test('gives each image its verdict and confidence towards the keeper', async () => {
    const { list, original, twin, twin2, large } = await mixedGroup();
    const { groups } = await list(ACME, ALL);
    expect(groups).toMatchObject([{ verdict: 'edited_copy', suggested_keeper: large }]);
    const images = new Map(groups[0]?.images.map((image) => [image.image_id, image]));
    expect(images.get(large)).toMatchObject({ verdict: 'exact', confidence: 1 });
    expect(images.get(original)).toMatchObject({ verdict: 'edited_copy', confidence: 0.96 });
    for (const each of [twin, twin2])
      expect(images.get(each)).toMatchObject({
        verdict: 'edited_copy',
        confidence: expect.closeTo(0.98 * 0.96),
      });
  });

  test('lists with exact alone the exact copies within a group of edited ones', async () => {
    const { list, twin, twin2, ports } = await mixedGroup();
    await pairOf(ports); // has no exact copies
    const page = await list(ACME, { ...ALL, verdicts: ['exact'], minConfidence: 1 });
    expect(page).toMatchObject({ total_groups: 1, groups: [{ verdict: 'exact', confidence: 1 }] });
    expect(page.groups[0]?.images).toMatchObject([
      { image_id: twin, verdict: 'exact', confidence: 1 },
      { image_id: twin2, verdict: 'exact', confidence: 1 },
    ]);
    expect(searchDuplicates.reply.schema.parse(page)).toBeTruthy();
  });

  test('rejects a cursor of another list', async () => {
    const { list } = await setUp();
    const { next_cursor = '' } = await list(ACME, { ...ALL, limit: 1 });
    for (const [tenant, cursor] of [
      [ACME, 'x'],
      [ACME, next_cursor.slice(2)],
      [OTHER, next_cursor],
    ] as const)
      await expect(list(tenant, { ...ALL, cursor })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  test('filters by verdict and confidence and counts the filtered groups', async () => {
    const { list } = await setUp();
    const exact = await list(ACME, { ...ALL, verdicts: ['exact'] });
    expect(exact.groups.map(({ verdict }) => verdict)).toEqual(['exact', 'exact']);
    expect(exact.total_groups).toBe(2);
    const sure = await list(ACME, { ...ALL, minConfidence: 0.975, limit: 1 });
    expect(sure.groups).toHaveLength(1);
    expect(sure.total_groups).toBe(4);
    const next = await list(ACME, { ...ALL, minConfidence: 0.975, cursor: sure.next_cursor });
    expect(next.groups).toHaveLength(3);
  });

  test.each([
    [{}, 5],
    [{ verdicts: ['exact'] as const }, 2],
    [{ verdicts: ['edited_copy'] as const }, 3],
    [{ decided: false }, 5],
    [{ decided: true, verdicts: ['exact'] as const }, 0],
  ])('counts %o without reading the groups of other pages', async (filter, total) => {
    const { groups, imageStore } = await setUp();
    let listed = 0;
    const watched: typeof groups = {
      ...groups,
      list: async (...given) => {
        listed += 1;
        return groups.list(...given);
      },
    };
    const page = await listDuplicates({ groups: watched, imageStore })(ACME, { ...ALL, ...filter, limit: 1 });
    expect(page.total_groups).toBe(total);
    expect(listed).toBe(1);
  });

  test('lists the group of one image with the suggested keeper and the reason', async () => {
    const { list, pairs } = await setUp();
    const [one, other] = pairs[2] ?? [newImageId(), newImageId()];
    const page = await list(ACME, { imageId: one, ...display });
    expect(page.total_groups).toBe(1);
    expect(page.groups[0]).toMatchObject({ suggested_keeper: other, keeper_reason: 'most pixels' });
    expect(page.groups[0]?.images.map(({ image_id }) => image_id).sort()).toEqual([one, other].sort());
  });

  test('suggests a keeper by the given rule', async () => {
    const { list, pairs } = await setUp();
    const [one, other] = pairs[2] ?? [newImageId(), newImageId()];
    const groupWith = async (keeperRule: KeeperRule) =>
      (await list(ACME, { imageId: one, ...display, keeperRule })).groups[0];
    expect(await groupWith('metadata')).toMatchObject({
      suggested_keeper: one,
      keeper_reason: 'most metadata',
    });
    expect(await groupWith('bytes')).toMatchObject({ suggested_keeper: other, keeper_reason: 'most pixels' });
  });

  test('omits purged images and groups with one image left', async () => {
    const { list, pairs, imageStore } = await setUp();
    const [one, other] = pairs[0] ?? [newImageId(), newImageId()];
    await imageStore.markPurged(ACME, one, '2026-03-02T00:00:00.000Z');
    expect((await list(ACME, { imageId: other, ...display })).groups).toEqual([]);
    expect((await list(ACME, ALL)).groups).toHaveLength(4);
    await expect(list(ACME, { imageId: one, ...display })).rejects.toMatchObject({ code: 'purged' });
  });

  test('shows nothing to another tenant', async () => {
    const { list, pairs } = await setUp();
    expect(await list(OTHER, ALL)).toEqual({ groups: [], total_groups: 0 });
    const imageId = pairs[0]?.[0] ?? newImageId();
    await expect(list(OTHER, { imageId, ...display })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('rejects an image that was not compared yet and returns no group for one without copies', async () => {
    const { list, add } = await setUp();
    const early = await add(embeddingAt(1, 1), { status: 'processed' });
    await expect(list(ACME, { imageId: early, ...display })).rejects.toMatchObject({
      code: 'image_not_ready',
    });
    const single = await add(embeddingAt(0, 0));
    expect(await list(ACME, { imageId: single, ...display })).toEqual({ groups: [], total_groups: 0 });
  });
});
