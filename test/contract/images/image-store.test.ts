import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { gatherReads } from '#shared/aws/dynamodb-gathered-reads.ts';
import { vectorKey } from '#shared/aws/dynamodb-keys.ts';
import { openTable } from '#shared/aws/dynamodb-table.ts';
import type { Embedding } from '#shared/embedding/embedder.ts';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import { type Failure, type ImageRecord, statusesBefore } from '#shared/images/image-record.ts';
import type { ImageQuery, ImageStore } from '#shared/images/image-store.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { ImageStatus } from '#shared/kernel/vocabulary.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { newTable } from '../emulator.ts';
import { recordReads } from '../reads.ts';
import { facts, IMAGE_INDEXES, newImage, newRecord, newTenant, nextTime } from '../samples.ts';

const FAILURE: Failure = {
  stage: 'validation',
  code: 'dependency_unavailable',
  detail: 'down',
  retryable: true,
  attempts: 1,
};
const at = '2026-02-01T00:00:00.000Z';
const ROOM = { images: 1e6, bytes: 1e12 };

describe.each([
  ['memory', async () => memoryImageStore()],
  ['DynamoDB', async () => dynamoImageStore(await newTable('images', IMAGE_INDEXES))],
  [
    'DynamoDB, reads gathered',
    async () => dynamoImageStore({ ...(await newTable('images', IMAGE_INDEXES)), gather: gatherReads }),
  ],
])('images in %s', (_, open) => {
  let images: ImageStore;
  let tenant: TenantId;
  beforeAll(async () => {
    images = await open();
    tenant = newTenant();
  });
  const create = async (over: Partial<ImageRecord> = {}): Promise<ImageRecord> => {
    const record = newRecord(tenant, over);
    await images.create(record);
    return record;
  };
  const walk = async (query: Omit<ImageQuery, 'cursor'>): Promise<ImageId[][]> => {
    const pages: ImageId[][] = [];
    let cursor: string | undefined;
    do {
      const page = await images.list(tenant, { ...query, ...(cursor !== undefined && { cursor }) });
      pages.push(page.items.map((record) => record.image_id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return pages;
  };

  it('returns the oldest image in a state', async () => {
    const [first, second] = [await create(), await create()];
    expect((await images.oldest(tenant, 'pending_upload'))?.image_id).toBe(first.image_id);
    await images.advance(tenant, first.image_id, 'uploaded', nextTime().toISOString());
    expect((await images.oldest(tenant, 'pending_upload'))?.image_id).toBe(second.image_id);
    expect((await images.oldest(tenant, 'uploaded'))?.image_id).toBe(first.image_id);
    expect(await images.oldest(tenant, 'indexed')).toBeUndefined();
  });

  it('adds another model to an indexed image, once, and to no other image', async () => {
    const record = await create({ models: [] });
    const noted = (image: ImageId) => images.noteModel(tenant, image, 'second', at);
    expect(await noted(record.image_id)).toBe(false);
    await images.advance(tenant, record.image_id, 'indexed', at, { models: ['first'] });
    const before = await images.libraryVersion(tenant);
    expect(await noted(record.image_id)).toBe(true);
    const after = await images.libraryVersion(tenant);
    expect(after).not.toBe(before);
    expect(await noted(record.image_id)).toBe(true);
    expect(await images.libraryVersion(tenant)).toBe(after);
    expect(await images.get(tenant, record.image_id)).toMatchObject({
      status: 'indexed',
      models: ['first', 'second'],
    });
    await images.markPurged(tenant, record.image_id, at);
    expect(await noted(record.image_id)).toBe(false);
    expect(await noted(newRecord(tenant).image_id)).toBe(false);
  });

  it('hides an indexed image, and no other', async () => {
    const record = newRecord(tenant);
    await images.create(record);
    expect(await images.setHidden(tenant, record.image_id, true)).toBe(false);
    await images.advance(tenant, record.image_id, 'indexed', at, { models: ['first'] });
    const before = await images.libraryVersion(tenant);
    expect(await images.setHidden(tenant, record.image_id, true)).toBe(true);
    expect((await images.get(tenant, record.image_id))?.hidden).toBe(true);
    expect(await images.libraryVersion(tenant)).not.toBe(before);
    expect(await images.setHidden(tenant, record.image_id, false)).toBe(true);
    expect((await images.get(tenant, record.image_id))?.hidden).toBeUndefined();
  });

  it('returns a created record, and rejects a second creation', async () => {
    const record = await create({ external_id: 'sku-1' });
    expect(await images.get(tenant, record.image_id)).toEqual(record);
    await expect(images.create(record)).rejects.toMatchObject({ code: 'conflict' });
    expect(await images.get(newTenant(), record.image_id)).toBeUndefined();
  });

  it('returns many records in the requested order', async () => {
    const [a, b] = [await create(), await create()];
    const found = await images.getMany(tenant, [b.image_id, newImage(), a.image_id, b.image_id]);
    expect(found.map((each) => each.image_id)).toEqual([b.image_id, a.image_id, b.image_id]);
    expect(await images.getMany(newTenant(), [a.image_id])).toEqual([]);
    expect(await images.getMany(tenant, [])).toEqual([]);
  });

  it('advances with the results of a step, once', async () => {
    const { image_id } = await create();
    const sha = 'a'.repeat(64);
    const change = { ...facts(sha), file_size: 99 };
    const moved = await images.advance(tenant, image_id, 'processed', at, change);
    expect(moved).toMatchObject({
      moved: true,
      record: { ...change, status: 'processed', processed_at: at, updated_at: at },
    });
    const again = await images.advance(tenant, image_id, 'processed', '2026-03-01T00:00:00.000Z', {
      file_size: 1,
    });
    expect(again).toEqual({ moved: false, record: moved?.record });
    expect(await images.get(tenant, image_id)).toEqual(moved?.record);
    expect(await images.advance(tenant, newImage(), 'uploaded', at)).toBeUndefined();
    expect(await images.findBySha256(tenant, sha, 10)).toEqual([image_id]);
    expect(await images.findBySha256(newTenant(), sha, 10)).toEqual([]);
    const copies = [image_id];
    for (let count = 0; count < 4; count++) {
      const copy = await create();
      await images.advance(tenant, copy.image_id, 'processed', at, change);
      copies.push(copy.image_id);
    }
    expect(await images.findBySha256(tenant, sha, 3)).toEqual(copies.sort().slice(0, 3));
  });

  it('stores a failure until the image advances', async () => {
    const { image_id } = await create();
    const failed = await images.fail(tenant, image_id, FAILURE, at, { any: ['event'] });
    expect(failed).toMatchObject({ moved: true, record: { status: 'failed', failure: FAILURE } });
    expect(failed?.record).not.toHaveProperty('original_event');
    expect(await images.fail(tenant, image_id, FAILURE, at, {})).toMatchObject({ moved: false });
    const retried = await images.advance(tenant, image_id, 'uploaded', at);
    expect(retried?.moved).toBe(true);
    expect(retried?.record).not.toHaveProperty('failure');
    expect(await images.fail(tenant, newImage(), FAILURE, at, {})).toBeUndefined();
  });

  it('keeps what retries a failed image, moves it back once, and counts the retries', async () => {
    const { image_id } = await create();
    expect(await images.originalEvent(tenant, image_id)).toBeUndefined();
    expect(await images.restart(tenant, image_id, 'uploaded', at)).toBe(false);
    await images.fail(tenant, image_id, FAILURE, at, { any: ['event'] });
    expect(await images.originalEvent(tenant, image_id)).toEqual({ any: ['event'] });
    expect(await images.originalEvent(newTenant(), image_id)).toBeUndefined();
    expect(await images.restart(tenant, image_id, 'uploaded', at)).toBe(true);
    expect(await images.restart(tenant, image_id, 'uploaded', at)).toBe(false);
    expect(await images.get(tenant, image_id)).toMatchObject({
      ...{ status: 'uploaded', failure: FAILURE, retries: 1 },
    });
    expect(await images.originalEvent(tenant, image_id)).toEqual({ any: ['event'] });
    await images.fail(tenant, image_id, { ...FAILURE, detail: 'again' }, at, { other: 'event' });
    expect(await images.restart(tenant, image_id, 'uploaded', at)).toBe(true);
    expect((await images.advance(tenant, image_id, 'processed', at))?.record).toMatchObject({ retries: 2 });
    expect(await images.originalEvent(tenant, image_id)).toBeUndefined();
    expect(await images.restart(tenant, newImage(), 'uploaded', at)).toBe(false);
  });

  it('notes a failure with an indexed image, which stays indexed, until it is cleared', async () => {
    const failure: Failure = { ...FAILURE, stage: 'duplicates' };
    const { image_id } = await create();
    expect(await images.noteFailure(tenant, image_id, failure, at, {})).toMatchObject({ moved: false });
    const indexed = await images.advance(tenant, image_id, 'indexed', at, { models: ['m'] });
    expect(indexed).toEqual({ moved: true, record: await images.get(tenant, image_id) });
    expect(await images.noteFailure(tenant, image_id, failure, at, { any: 'event' })).toMatchObject({
      record: { status: 'indexed', failure },
    });
    expect(await images.originalEvent(tenant, image_id)).toEqual({ any: 'event' });
    expect(await images.restart(tenant, image_id, 'indexed', at)).toBe(true);
    expect(await images.get(tenant, image_id)).toMatchObject({ status: 'indexed', failure, retries: 1 });
    await images.noteDetected(tenant, image_id);
    expect(await images.get(tenant, image_id)).not.toHaveProperty('failure');
    expect(await images.originalEvent(tenant, image_id)).toBeUndefined();
    expect(await images.noteFailure(tenant, newImage(), failure, at, {})).toBeUndefined();
    await images.noteDetected(tenant, newImage());
    expect(await images.get(tenant, newImage())).toBeUndefined();
  });

  it('marks an image as undetected from its indexing on, until its duplicates are detected or cannot be', async () => {
    const own = newTenant();
    const minute = (n: number) => `2026-02-01T00:0${n}:00.000Z`;
    const index = async (n: number) => {
      const record = newRecord(own);
      await images.create(record);
      expect(await images.get(own, record.image_id)).not.toHaveProperty('undetected');
      await images.advance(own, record.image_id, 'indexed', minute(n), { models: ['m'] });
      return record.image_id;
    };
    expect(await images.undetectedSince(own)).toBeUndefined();
    const [second, first] = [await index(2), await index(1)];
    expect(await images.get(own, first)).toMatchObject({ status: 'indexed', undetected: true });
    expect(await images.undetectedSince(own)).toBe(minute(1));
    expect(await images.undetectedSince(newTenant())).toBeUndefined();

    await images.noteDetected(own, first);
    expect(await images.get(own, first)).not.toHaveProperty('undetected');
    expect(await images.undetectedSince(own)).toBe(minute(2));
    await images.noteFailure(own, second, { ...FAILURE, stage: 'duplicates' }, at, {});
    expect(await images.get(own, second)).not.toHaveProperty('undetected');
    expect(await images.undetectedSince(own)).toBeUndefined();
    await images.restart(own, second, 'indexed', minute(3));
    expect(await images.get(own, second)).toMatchObject({ undetected: true, retries: 1 });
    expect(await images.undetectedSince(own)).toBe(minute(3));

    await images.markPurged(own, second, minute(4));
    expect(await images.undetectedSince(own)).toBeUndefined();
    const due: ImageId[] = [];
    for await (const each of images.unsettled('2026-02-01T02:00:00.000Z'))
      if (each.tenant_id === own) due.push(each.image_id);
    expect(due).toEqual([second]);
  });

  it('lists images by the stage and the code of their failure', async () => {
    const own = newTenant();
    const failing = async (failure: Partial<Failure>) => {
      const record = newRecord(own);
      await images.create(record);
      await images.fail(own, record.image_id, { ...FAILURE, ...failure }, at, {});
      return record.image_id;
    };
    const [embedding] = [await failing({ stage: 'embedding' }), await failing({})];
    const broken = await failing({ code: 'truncated', retryable: false });
    const listed = async (filter: Partial<ImageQuery>) =>
      (await images.list(own, { status: 'failed', limit: 10, ...filter })).items.map(
        ({ image_id }) => image_id,
      );
    expect(await listed({})).toHaveLength(3);
    expect(await listed({ failureStage: 'embedding' })).toEqual([embedding]);
    expect(await listed({ failureStage: 'validation', failureCode: 'truncated' })).toEqual([broken]);
    expect(await listed({ failureCode: 'low_detail' })).toEqual([]);
  });

  it('only moves forward, for steps in any order', async () => {
    const steps = ['uploaded', 'validated', 'processed', 'indexed', 'failed', 'purged'] as const;
    const take = async (image: ImageId, step: (typeof steps)[number]): Promise<boolean> => {
      if (step === 'purged') return images.markPurged(tenant, image, at);
      if (step === 'failed') return (await images.fail(tenant, image, FAILURE, at, {}))?.moved ?? false;
      const result =
        step === 'validated'
          ? await images.admit(tenant, image, at, { file_size: 1 }, ROOM)
          : await images.advance(tenant, image, step, at);
      return result?.moved ?? false;
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...steps), { maxLength: 10 }), async (order) => {
        const { image_id } = await create();
        let status: ImageStatus = 'pending_upload';
        for (const step of order) {
          const may = statusesBefore(step).includes(status);
          expect(await take(image_id, step)).toBe(may);
          if (may) status = step;
          expect((await images.get(tenant, image_id))?.status).toBe(status);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('accepts one of several concurrent steps', async () => {
    const { image_id } = await create();
    const results = await Promise.all(
      Array.from({ length: 8 }, () => images.advance(tenant, image_id, 'uploaded', at)),
    );
    expect(results.filter((result) => result?.moved)).toHaveLength(1);
  });

  it('stores vectors to the last bit, by model', async () => {
    const { image_id } = await create();
    const embedding: Embedding = {
      semantic: Float32Array.from([0.1, -0.25, 1e-9]),
      copy: Float32Array.from([1, 0, -0]),
      local: Int8Array.from([-128, 0, 127]),
    };
    const plain: Embedding = { semantic: Float32Array.of(1), copy: Float32Array.of(0.5) };
    expect(await images.putVectors(tenant, image_id, 'lite', embedding)).toBe(true);
    expect(await images.putVectors(tenant, image_id, 'large', plain)).toBe(true);
    const ids = [newImage(), image_id, image_id];
    expect(await images.getVectors(tenant, ids, 'lite')).toEqual(new Map([[image_id, embedding]]));
    expect(await images.getVectors(tenant, ids, 'large')).toEqual(new Map([[image_id, plain]]));
    expect(await images.getVectors(newTenant(), ids, 'lite')).toEqual(new Map());
    expect(await images.removeVectors(newTenant(), image_id)).toBe(0);
    expect(await images.removeVectors(tenant, image_id)).toBe(2);
    expect(await images.removeVectors(tenant, image_id)).toBe(0);
    expect(await images.getVectors(tenant, ids, 'lite')).toEqual(new Map());
    expect(await images.putVectors(tenant, newImage(), 'lite', plain)).toBe(false);
  });

  it('returns the vectors of more images than one request holds', async () => {
    const plain: Embedding = { semantic: Float32Array.of(1), copy: Float32Array.of(0.5) };
    const ids = await Promise.all(Array.from({ length: 130 }, async () => (await create()).image_id));
    await Promise.all(ids.map((id) => images.putVectors(tenant, id, 'lite', plain)));
    expect([...(await images.getVectors(tenant, ids, 'lite')).keys()]).toEqual(ids);
    expect((await images.getMany(tenant, ids)).map((record) => record.image_id)).toEqual(ids);
  });

  it('purges permanently', async () => {
    const sha = 'b'.repeat(64);
    const { image_id, created_at } = await create({ external_id: 'gone' });
    await images.admit(tenant, image_id, at, { ...facts(sha), file_size: 9 }, ROOM);
    expect(await images.markPurged(newTenant(), image_id, at)).toBe(false);
    expect(await images.markPurged(tenant, image_id, at)).toBe(true);
    expect(await images.markPurged(tenant, image_id, at)).toBe(false);
    expect(await images.markPurged(tenant, newImage(), at)).toBe(false);
    const tombstone = await images.get(tenant, image_id);
    expect(tombstone).toMatchObject({
      status: 'purged',
      image_id,
      created_at,
      updated_at: at,
      file_path: '',
    });
    expect(tombstone).not.toHaveProperty('hash_sha256');
    expect(tombstone).not.toHaveProperty('external_id');
    expect(tombstone).not.toHaveProperty('stored_bytes');
    expect(tombstone?.thumbnails).toEqual(facts(sha).thumbnails); // for a purge that is taken up again
    expect(await images.findBySha256(tenant, sha, 10)).toEqual([]);
    expect(await images.list(tenant, { externalId: 'gone', limit: 5 })).toEqual({ items: [] });
    expect((await walk({ limit: 100 })).flat()).not.toContain(image_id);
    const plain: Embedding = { semantic: Float32Array.of(1), copy: Float32Array.of(1) };
    expect(await images.putVectors(tenant, image_id, 'lite', plain)).toBe(false);
    expect(await images.advance(tenant, image_id, 'indexed', at)).toMatchObject({ moved: false });
  });

  it('returns the archived objects of an image and the receipt of its purge', async () => {
    const { image_id } = await create();
    await images.noteArchived(tenant, image_id, `events/b/${tenant}/2`, nextTime());
    await images.noteArchived(tenant, image_id, `events/a/${tenant}/1`, nextTime());
    await images.noteArchived(tenant, image_id, `events/a/${tenant}/1`, nextTime());
    expect(await images.archivedKeys(tenant, image_id)).toEqual([
      `events/a/${tenant}/1`,
      `events/b/${tenant}/2`,
    ]);
    expect(await images.archivedKeys(newTenant(), image_id)).toEqual([]);
    const deleted = { objects: 2, thumbnails: 2, vectors: 1, cache_entries: 0, events: 3 };
    const receipt = { image_id, deleted, completed_at: at };
    expect(await images.getReceipt(tenant, image_id)).toBeUndefined();
    await images.putReceipt(tenant, receipt);
    expect(await images.getReceipt(tenant, image_id)).toEqual(receipt);
    expect(await images.getReceipt(newTenant(), image_id)).toBeUndefined();
  });

  describe('lists', () => {
    let ids: ImageId[];
    beforeAll(async () => {
      tenant = newTenant();
      ids = [];
      for (let i = 0; i < 7; i++) {
        const { image_id } = await create({ external_id: i % 2 === 0 ? 'even' : 'odd' });
        ids.unshift(image_id);
        if (i >= 4) await images.advance(tenant, image_id, 'uploaded', at);
      }
      const [, second = newImage()] = ids;
      await images.markPurged(tenant, second, at);
      ids.splice(1, 1);
    });

    it('lists images newest first, by pages, without purged ones', async () => {
      expect(await walk({ limit: 4 })).toEqual([ids.slice(0, 4), ids.slice(4)]);
      expect(await walk({ limit: 3 })).toEqual([ids.slice(0, 3), ids.slice(3)]);
      expect(await walk({ limit: 100 })).toEqual([ids]);
    });

    it('filters by status and by external id', async () => {
      expect(await walk({ status: 'uploaded', limit: 1 })).toEqual([[ids[0]], [ids[1]]]);
      expect(await walk({ status: 'pending_upload', limit: 3 })).toEqual([ids.slice(2, 5), ids.slice(5)]);
      expect(await walk({ status: 'purged', limit: 3 })).toEqual([[]]);
      const even = [ids[0], ids[1], ids[3], ids[5]];
      expect(await walk({ externalId: 'even', limit: 3 })).toEqual([even.slice(0, 3), even.slice(3)]);
      expect(await walk({ externalId: 'even', status: 'uploaded', limit: 9 })).toEqual([even.slice(0, 2)]);
    });

    it('lists oldest first, and narrows by time and by storage', async () => {
      const oldest = ids.toReversed();
      expect(await walk({ limit: 4, ascending: true })).toEqual([oldest.slice(0, 4), oldest.slice(4)]);
      const records = await images.getMany(tenant, oldest);
      const [createdAfter, createdBefore] = [records[1]?.created_at ?? '', records[3]?.created_at ?? ''];
      const between = oldest.slice(1, 4);
      expect(await walk({ createdAfter, createdBefore, limit: 9, ascending: true })).toEqual([between]);
      expect((await walk({ createdAfter, limit: 2 })).flat()).toEqual(ids.slice(0, -1));
      const pending = await walk({ createdAfter, createdBefore, status: 'pending_upload', limit: 9 });
      expect(pending).toEqual([between.toReversed()]);
      const even = await walk({ createdBefore, externalId: 'even', limit: 9 });
      expect(even.flat()).toEqual([ids[3], ids[5]]);
      expect(await walk({ storageLocation: 'uploads', limit: 9 })).toEqual([ids]);
      expect(await walk({ storageLocation: 'elsewhere', limit: 9 })).toEqual([[]]);
    });

    it('rejects a cursor of another list', async () => {
      const { nextCursor: cursor = '' } = await images.list(tenant, { limit: 2 });
      expect(cursor).not.toBe('');
      const refused = { code: 'invalid_cursor' };
      await expect(images.list(newTenant(), { limit: 2, cursor })).rejects.toMatchObject(refused);
      await expect(images.list(tenant, { limit: 2, status: 'failed', cursor })).rejects.toMatchObject(
        refused,
      );
      await expect(images.list(tenant, { limit: 2, ascending: true, cursor })).rejects.toMatchObject(refused);
      await expect(images.list(tenant, { limit: 2, cursor: 'bm9uc2Vuc2U' })).rejects.toMatchObject(refused);
      await expect(images.list(tenant, { limit: 2, cursor: '' })).rejects.toMatchObject(refused);
    });
  });
});

it('finds images with the same bytes by one query, of no more than its limit', async () => {
  const options = await newTable('images', IMAGE_INDEXES);
  const images = dynamoImageStore(options);
  const [tenant, sha] = [newTenant(), 'b'.repeat(64)];
  for (let count = 0; count < 25; count++) {
    const { image_id } = newRecord(tenant);
    await images.create(newRecord(tenant, { image_id }));
    await images.advance(tenant, image_id, 'processed', at, facts(sha));
  }
  const reads = recordReads(options.client);
  expect(await images.findBySha256(tenant, sha, 10)).toHaveLength(10);
  expect(reads).toEqual([{ command: 'QueryCommand', items: 10 }]);
});

describe('vectors in the table', () => {
  it('have the time at which they were stored, and again with each write', async () => {
    const [options, tenant] = [await newTable('images', IMAGE_INDEXES), newTenant()];
    const [images, table] = [dynamoImageStore(options), openTable(options)];
    const record = newRecord(tenant);
    await images.create(record);
    const vectors: Embedding = { semantic: Float32Array.of(1), copy: Float32Array.of(0.5) };
    let before = new Date().toISOString();
    for (let write = 0; write < 2; write += 1) {
      await images.putVectors(tenant, record.image_id, 'lite', vectors);
      const item = await table.get(vectorKey(tenant, record.image_id, 'lite'));
      const { created_at } = z.object({ created_at: z.iso.datetime() }).parse(item);
      expect(created_at >= before && created_at <= new Date().toISOString()).toBe(true);
      before = created_at;
    }
  });
});
