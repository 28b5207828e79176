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

/** An index with one missing, one stale and two extra documents, and the correct document of an image in the pipeline. */
async function damaged() {
  const shelf = await worldOf(250);
  const { world, images } = shelf;
  const [missing, stale, purged] = [images[10], images[120], images[200]];
  if (!missing || !stale || !purged) throw new Error('250 images');
  await world.index.remove(ALICE, OLD, [missing]);
  await world.index.upsert(ALICE, OLD, [document(stale, { format: 'png' })]);
  await world.imageStore.markPurged(ALICE, purged, AT);
  const orphan = newImageId();
  const arriving = await world.validate(ALICE);
  const inPipeline = arriving.data.image_id as ImageId;
  await world.index.upsert(ALICE, OLD, [document(orphan), document(inPipeline)]);
  return { ...shelf, missing, stale, purged, orphan, inPipeline };
}

describe('a check of the index', () => {
  test('counts missing, extra and stale documents, and changes nothing', async () => {
    const { world, missing } = await damaged();
    const { job_id } = await world.start({ kind: 'index_check', model: OLD, mend: false });
    await world.deliverAll();
    const progress = { tenants: 2, pictures: 250, missing: 1, stale: 1, extra: 2, unembedded: 0 };
    expect(await world.jobOf(job_id)).toMatchObject({ status: 'completed', errors: [], progress });
    expect(await world.finds(ALICE, missing, OLD)).toBe(false);
  });

  test('repairs the index, and does not touch images in the pipeline', async () => {
    const { world, missing, orphan, purged, inPipeline } = await damaged();
    const { job_id } = await world.start({ kind: 'index_check', model: OLD, mend: true });
    await world.deliverAll();
    expect((await world.jobOf(job_id)).progress).toMatchObject({ missing: 1, stale: 1, extra: 2 });
    expect(await world.finds(ALICE, missing, OLD)).toBe(true);
    const ids = (await world.index.list(ALICE, OLD, { limit: 1_000 })).map(({ imageId }) => imageId);
    expect(ids).toHaveLength(250);
    expect(ids).toContain(inPipeline);
    for (const gone of [orphan, purged]) expect(ids).not.toContain(gone);
    const again = await world.start({ kind: 'index_check', model: OLD, mend: false });
    await world.deliverAll();
    expect((await world.jobOf(again.job_id)).progress).toMatchObject({ missing: 0, stale: 0, extra: 0 });
  });

  test('removes a model’s documents of a tenant that does not have it', async () => {
    const { world, images } = await worldOf(3);
    const [image] = images;
    if (!image) throw new Error('three images');
    await world.index.prepare(NEW, 12);
    await world.index.upsert(ALICE, NEW, [document(image, embeddingOf(image, NEW))]);
    const { job_id } = await world.start({ kind: 'index_check', model: NEW, mend: true, tenants: [ALICE] });
    await world.deliverAll();
    expect((await world.jobOf(job_id)).progress).toMatchObject({ extra: 1 });
    expect(await world.index.count(ALICE, NEW)).toBe(0);
  });

  test('fails at once if there is no index, and says how to rebuild it', async () => {
    const { world } = await worldOf(1);
    const { job_id } = await world.start({ kind: 'index_check', model: NEW, mend: true });
    await world.deliverAll();
    const job = await world.jobOf(job_id);
    expect(job).toMatchObject({ status: 'failed', errors: [{ code: 'conflict' }] });
    expect(job.errors[0]?.detail).toMatch(/rebuild it/);
  });

  test('says how to embed images without vectors', async () => {
    const { world, images } = await worldOf(2);
    const [image] = images;
    if (!image) throw new Error('two images');
    await world.imageStore.removeVectors(ALICE, image);
    const { job_id } = await world.start({ kind: 'index_check', model: OLD, mend: true });
    await world.deliverAll();
    const job = await world.jobOf(job_id);
    expect(job.status).toBe('failed');
    expect(job.errors[0]?.detail).toMatch(/^1 images of alice have no vectors of old/);
  });
});

describe('a rebuild of the index', () => {
  test('restores a lost index', async () => {
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

  test('serves throughout, and has the images added and purged meanwhile', async () => {
    const { world, images } = await worldOf(230);
    const [lasting, purged] = images;
    if (!lasting || !purged) throw new Error('230 images');
    await world.index.upsert(ALICE, OLD, [document(newImageId())]); // an extra document in the old index
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
        expect(await world.finds(ALICE, lasting, OLD)).toBe(true);
        for (const image of added) expect(await world.finds(ALICE, image, OLD)).toBe(true);
        return outcome;
      },
    });
    expect((await world.jobOf(job_id)).status).toBe('completed');
    expect(await world.finds(ALICE, purged, OLD)).toBe(false);
    expect(await world.index.count(ALICE, OLD)).toBe(229 + added.length);
  });

  test('is abandoned if it cannot be finished, and the old index goes on serving', async () => {
    const { world, images } = await worldOf(3);
    const [image] = images;
    if (!image) throw new Error('three images');
    const { job_id } = await world.start({ kind: 'index_rebuild', model: OLD });
    const index = { ...world.index, list: async () => Promise.reject(new Error('no list')) };
    await world.deliverAll({ run: world.runWith({ index }) });
    expect((await world.jobOf(job_id)).status).toBe('failed');
    expect(await world.finds(ALICE, image, OLD)).toBe(true);
    const again = await world.start({ kind: 'index_rebuild', model: OLD });
    await world.deliverAll();
    expect((await world.jobOf(again.job_id)).status).toBe('completed');
  });
});

describe('a move', () => {
  test('moves a tenant into a partition of its own and back while searches find it, and moves no other', async () => {
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
