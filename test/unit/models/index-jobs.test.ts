import { describe, expect, test } from 'vitest';
import { type ImageId, newImageId } from '#shared/kernel/ids.ts';
import type { VectorDocument } from '#shared/vector-index/vector-index.ts';
import { ALICE, BOB, embeddingOf, NEW, OLD, worldOf } from './world.ts';

const AT = '2026-03-09T00:00:00.000Z';

const document = (imageId: ImageId, change: Partial<VectorDocument> = {}): VectorDocument => ({
  imageId,
  storageLocation: 'uploads',
  format: 'jpeg',
  createdAt: '2026-03-01T12:00:00.000Z',
  metadata: {},
  ...embeddingOf(imageId, OLD),
  ...change,
});

/** An index with one document missing, one stale, two extra; and a picture on its way, whose document is right. */
async function damaged() {
  const shelf = await worldOf(250);
  const { world, images } = shelf;
  const [missing, stale, purged] = [images[10], images[120], images[200]];
  if (!missing || !stale || !purged) throw new Error('250 pictures');
  await world.index.remove(ALICE, OLD, [missing]);
  await world.index.upsert(ALICE, OLD, [document(stale, { format: 'png' })]);
  await world.imageStore.markPurged(ALICE, purged, AT);
  const stranger = newImageId();
  const arriving = await world.validate(ALICE);
  const onItsWay = arriving.data.image_id as ImageId;
  await world.index.upsert(ALICE, OLD, [document(stranger), document(onItsWay)]);
  return { ...shelf, missing, stale, purged, stranger, onItsWay };
}

describe('a check of the index', () => {
  test('counts what is missing, extra and stale, and changes nothing', async () => {
    const { world, missing } = await damaged();
    const { job_id } = await world.start({ kind: 'index_check', model: OLD, mend: false });
    await world.deliverAll();
    const progress = { tenants: 2, pictures: 250, missing: 1, stale: 1, extra: 2, unembedded: 0 };
    expect(await world.jobOf(job_id)).toMatchObject({ status: 'completed', errors: [], progress });
    expect(await world.finds(ALICE, missing, OLD)).toBe(false);
  });

  test('mends it, and leaves alone what is on its way', async () => {
    const { world, missing, stranger, purged, onItsWay } = await damaged();
    const { job_id } = await world.start({ kind: 'index_check', model: OLD, mend: true });
    await world.deliverAll();
    expect((await world.jobOf(job_id)).progress).toMatchObject({ missing: 1, stale: 1, extra: 2 });
    expect(await world.finds(ALICE, missing, OLD)).toBe(true);
    const ids = (await world.index.list(ALICE, OLD, { limit: 1_000 })).map(({ imageId }) => imageId);
    expect(ids).toHaveLength(250);
    expect(ids).toContain(onItsWay);
    for (const gone of [stranger, purged]) expect(ids).not.toContain(gone);
    const again = await world.start({ kind: 'index_check', model: OLD, mend: false });
    await world.deliverAll();
    expect((await world.jobOf(again.job_id)).progress).toMatchObject({ missing: 0, stale: 0, extra: 0 });
  });

  test('takes a model’s documents of a tenant that does not have it', async () => {
    const { world, images } = await worldOf(3);
    const [image] = images;
    if (!image) throw new Error('three pictures');
    await world.index.prepare(NEW, 12);
    await world.index.upsert(ALICE, NEW, [document(image, embeddingOf(image, NEW))]);
    const { job_id } = await world.start({ kind: 'index_check', model: NEW, mend: true, tenants: [ALICE] });
    await world.deliverAll();
    expect((await world.jobOf(job_id)).progress).toMatchObject({ extra: 1 });
    expect(await world.index.count(ALICE, NEW)).toBe(0);
  });

  test('says at once that there is no index, and what brings it back', async () => {
    const { world } = await worldOf(1);
    const { job_id } = await world.start({ kind: 'index_check', model: NEW, mend: true });
    await world.deliverAll();
    const job = await world.jobOf(job_id);
    expect(job).toMatchObject({ status: 'failed', errors: [{ code: 'conflict' }] });
    expect(job.errors[0]?.detail).toMatch(/rebuild it/);
  });

  test('says of pictures without vectors what embeds them', async () => {
    const { world, images } = await worldOf(2);
    const [image] = images;
    if (!image) throw new Error('two pictures');
    await world.imageStore.removeVectors(ALICE, image);
    const { job_id } = await world.start({ kind: 'index_check', model: OLD, mend: true });
    await world.deliverAll();
    const job = await world.jobOf(job_id);
    expect(job.status).toBe('failed');
    expect(job.errors[0]?.detail).toMatch(/^1 pictures of alice have no vectors of old/);
  });
});

describe('a rebuild of the index', () => {
  test('brings a lost index back', async () => {
    const { world, images, other } = await worldOf(120);
    for (const tenant of [ALICE, BOB]) while ((await world.index.removeTenant(tenant, OLD)) > 0);
    const { job_id } = await world.start({ kind: 'index_rebuild', model: OLD });
    await world.deliverAll();
    expect(await world.jobOf(job_id)).toMatchObject({
      status: 'completed',
      progress: { tenants: 2, pictures: 121, written: 121 },
    });
    for (const image of images) expect(await world.finds(ALICE, image, OLD)).toBe(true);
    expect(await world.finds(BOB, other, OLD)).toBe(true);
  });

  test('serves all the time, and keeps what comes and goes meanwhile', async () => {
    const { world, images } = await worldOf(230);
    const [kept, purged] = images;
    if (!kept || !purged) throw new Error('230 pictures');
    await world.index.upsert(ALICE, OLD, [document(newImageId())]); // what the old one has too much
    const { job_id } = await world.start({ kind: 'index_rebuild', model: OLD });
    const added: ImageId[] = [];
    const run = world.runWith();
    let purges = 0;
    await world.deliverAll({
      run: async (...given) => {
        added.push(await world.add(ALICE));
        if (purges++ === 0) {
          await world.imageStore.markPurged(ALICE, purged, AT);
          await world.index.remove(ALICE, OLD, [purged]);
        }
        const outcome = await run(...given);
        expect(await world.finds(ALICE, kept, OLD)).toBe(true);
        for (const image of added) expect(await world.finds(ALICE, image, OLD)).toBe(true);
        return outcome;
      },
    });
    expect((await world.jobOf(job_id)).status).toBe('completed');
    expect(await world.finds(ALICE, purged, OLD)).toBe(false);
    expect(await world.index.count(ALICE, OLD)).toBe(229 + added.length);
  });

  test('is given up as a whole where it cannot be finished, and the old one serves on', async () => {
    const { world, images } = await worldOf(3);
    const [kept] = images;
    if (!kept) throw new Error('three pictures');
    const { job_id } = await world.start({ kind: 'index_rebuild', model: OLD });
    const index = { ...world.index, list: async () => Promise.reject(new Error('no list')) };
    await world.deliverAll({ run: world.runWith({ index }) });
    expect((await world.jobOf(job_id)).status).toBe('failed');
    expect(await world.finds(ALICE, kept, OLD)).toBe(true);
    const again = await world.start({ kind: 'index_rebuild', model: OLD });
    await world.deliverAll();
    expect((await world.jobOf(again.job_id)).status).toBe('completed');
  });
});

describe('a move', () => {
  test('gives a tenant a space of its own and back, while it is found and others stay', async () => {
    const { world, images, other } = await worldOf(130);
    for (const into of ['own', 'shared'] as const) {
      const { job_id } = await world.start({ kind: 'index_move', model: OLD, tenants: [ALICE], into });
      await world.deliverAll({
        between: async () => {
          for (const image of images.slice(0, 3)) expect(await world.finds(ALICE, image, OLD)).toBe(true);
        },
      });
      expect(await world.jobOf(job_id)).toMatchObject({ status: 'completed', progress: { moved: 1 } });
      expect(await world.index.placement(ALICE, OLD)).toBe(into);
      for (const image of images) expect(await world.finds(ALICE, image, OLD)).toBe(true);
      expect(await world.index.count(ALICE, OLD)).toBe(130);
      expect(await world.finds(BOB, other, OLD)).toBe(true);
    }
  });
});
