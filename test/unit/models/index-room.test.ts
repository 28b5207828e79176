import { describe, expect, test } from 'vitest';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { ALICE, BOB, NEW, OLD, worldOf } from './world.ts';

const GB = 1e9;

/** A world whose index has so much memory left, whatever it holds; each image needs one gigabyte. */
async function boundedWorld(images: number, left: number) {
  const { world } = await worldOf(images);
  const asked: { documents: number; dimension: number }[] = [];
  const memoryFor: VectorIndex['memoryFor'] = async (documents, dimension) => {
    asked.push({ documents, dimension });
    return { needed: documents * GB, left: left * GB };
  };
  const run = world.runWith({ index: { ...world.index, memoryFor } });
  return { world, asked, deliverAll: () => world.deliverAll({ run }) };
}

describe('memory of the index', () => {
  test('refuses a model that it has no room for, before anything is written', async () => {
    const { world, asked, deliverAll } = await boundedWorld(30, 30.5);
    const { job_id } = await world.start({ kind: 'model_migration', model: NEW, cut_over: true });
    await deliverAll();
    const job = await world.jobOf(job_id);
    expect(asked).toEqual([{ documents: 31, dimension: 12 }]);
    expect(job).toMatchObject({ status: 'failed', progress: {}, errors: [{ code: 'index_full' }] });
    expect(job.errors[0]?.detail).toMatch(
      /^31 images by new need 31\.0 GB of the vector index's memory; 30\.5 GB are left\. Add data nodes .* start the job again\.$/,
    );
    expect(await world.modelsOf(ALICE)).toEqual({ chosen: undefined, filling: undefined });
    expect(world.publisher.events).toEqual([]);
    expect(await world.index.models()).toEqual([OLD]);
  });

  test('withdraws the model that a tenant’s settings requested', async () => {
    const { world, deliverAll } = await boundedWorld(3, 2);
    const owner = await world.tenants.get(ALICE);
    const filling = { [NEW]: '2026-03-01T12:00:00.000Z' };
    if (owner) await world.tenants.putModels(owner, { chosen: [OLD], filling });
    expect(await world.modelsOf(ALICE)).toEqual({ chosen: [OLD], filling });
    const request = { kind: 'model_migration', model: NEW, tenants: [ALICE], cut_over: true } as const;
    const { job_id } = await world.start(request, ALICE);
    await deliverAll();
    expect(await world.jobOf(job_id)).toMatchObject({ status: 'failed', errors: [{ code: 'index_full' }] });
    expect(await world.modelsOf(ALICE)).toEqual({ chosen: [OLD], filling: {} });
  });

  test('counts only tenants that lack the model', async () => {
    const { world, asked, deliverAll } = await boundedWorld(5, 100);
    const add = (tenants: [typeof ALICE]) =>
      world.start({ kind: 'model_migration', model: NEW, tenants, cut_over: false });
    await add([BOB]);
    await deliverAll();
    await world.start({ kind: 'model_migration', model: NEW, cut_over: false });
    await deliverAll();
    expect(asked.map(({ documents }) => documents)).toEqual([1, 5]);
  });

  test('refuses a rebuild, and a move, whose new partition it has no room for', async () => {
    const { world, asked, deliverAll } = await boundedWorld(4, 3);
    const rebuild = await world.start({ kind: 'index_rebuild', model: OLD });
    await deliverAll();
    const move = await world.start({ kind: 'index_move', model: OLD, tenants: [ALICE], into: 'own' });
    await deliverAll();
    for (const { job_id } of [rebuild, move])
      expect(await world.jobOf(job_id)).toMatchObject({ status: 'failed', errors: [{ code: 'index_full' }] });
    expect(asked).toEqual([
      { documents: 5, dimension: 8 },
      { documents: 4, dimension: 8 },
    ]);
    expect(await world.index.count(ALICE, OLD)).toBe(4);
    expect(await world.index.placement(ALICE, OLD)).toBe('shared');
  });

  test('is needed by a rebuild for the shared documents of tenants that have the model', async () => {
    const { world, asked, deliverAll } = await boundedWorld(5, 100);
    for (const request of [
      { kind: 'index_rebuild', model: OLD },
      { kind: 'index_move', model: OLD, tenants: [ALICE], into: 'own' },
      { kind: 'index_rebuild', model: OLD },
      { kind: 'index_rebuild', model: NEW },
    ] as const) {
      await world.start(request);
      await deliverAll();
    }
    expect(asked.map(({ documents }) => documents)).toEqual([6, 5, 1, 0]);
  });

  test('is not asked for what adds nothing: checks, rollbacks, moves to where a tenant is', async () => {
    const { world, asked, deliverAll } = await boundedWorld(2, 0);
    for (const request of [
      { kind: 'index_check', model: OLD, mend: true },
      { kind: 'model_rollback', model: OLD },
      { kind: 'index_move', model: OLD, tenants: [ALICE], into: 'shared' },
    ] as const) {
      const { job_id } = await world.start(request);
      await deliverAll();
      expect(await world.jobOf(job_id)).toMatchObject({ status: 'completed' });
    }
    expect(asked.every(({ documents }) => documents === 0)).toBe(true);
  });

  test('is not promised twice: of two jobs at once that fit alone, one is refused', async () => {
    const { world, deliverAll } = await boundedWorld(6, 6.5);
    const ofAlice = { kind: 'model_migration', model: NEW, tenants: [ALICE], cut_over: false } as const;
    const first = await world.start(ofAlice, ALICE);
    const second = await world.start({ ...ofAlice, tenants: [BOB] }, BOB);
    await deliverAll();
    const jobs = [await world.jobOf(first.job_id), await world.jobOf(second.job_id)];
    expect(jobs.map(({ status }) => status)).toEqual(['completed', 'failed']);
    expect(jobs[1]?.errors[0]?.detail).toContain('6.500 GB are left, of which other jobs need 6.000 GB.');
    const again = await world.start({ ...ofAlice, tenants: [BOB] }, BOB);
    await deliverAll();
    expect(await world.jobOf(again.job_id)).toMatchObject({ status: 'completed' });
  });
});
