import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ImageId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { randomOf } from '../../eval/random.ts';
import { ALICE, BOB, NEW, OLD, worldOf } from './world.ts';

type World = Awaited<ReturnType<typeof worldOf>>['world'];
const migration = { kind: 'model_migration', model: NEW, cut_over: true } as const;
const NOTHING_FILLS = {};

const everyFound = async (world: World, images: readonly ImageId[], model: string) =>
  (await Promise.all(images.map((image) => world.finds(ALICE, image, model)))).every(Boolean);

describe('a migration to a model', () => {
  test('embeds existing images, lets searches use the model, and counts its progress', async () => {
    const { world, images, other } = await worldOf(7);
    const { job_id } = await world.start(migration);
    await world.deliverAll();
    expect(await world.jobOf(job_id)).toMatchObject({
      status: 'completed',
      errors: [],
      progress: { tenants: 2, pictures: 8, ordered: 8, canaries: 8, cut_over: 2 },
    });
    expect(await everyFound(world, images, NEW)).toBe(true);
    expect(await world.finds(BOB, other, NEW)).toBe(true);
    for (const tenant of [ALICE, BOB])
      expect(await world.modelsOf(tenant)).toEqual({ chosen: [NEW, OLD], filling: NOTHING_FILLS });
    expect(world.publisher.events).toEqual([]); // images that were published as indexed are not published again
  });

  test('of one tenant does not change the others', async () => {
    const { world, images, other } = await worldOf(3);
    await world.start({ ...migration, tenants: [ALICE] });
    await world.deliverAll();
    expect(await everyFound(world, images, NEW)).toBe(true);
    expect(await world.modelsOf(BOB)).toEqual({ chosen: undefined, filling: undefined });
    expect((await world.imageStore.get(BOB, other))?.models).toEqual([OLD]);
  });

  test('without the cut-over adds the model after the one that searches use', async () => {
    const { world } = await worldOf(2);
    await world.start({ ...migration, tenants: [ALICE], cut_over: false });
    await world.deliverAll();
    expect((await world.modelsOf(ALICE)).chosen).toEqual([OLD, NEW]);
  });

  test('embeds new images with both models, and waits for images in the pipeline with one', async () => {
    const { world, images } = await worldOf(2);
    const early = await world.validate(ALICE);
    const { job_id } = await world.start({ ...migration, tenants: [ALICE] });
    const late: ImageId[] = [];
    let runs = 0;
    await world.deliverAll({
      between: async () => {
        runs += 1;
        if (runs <= 4) late.push(await world.add(ALICE));
        if (runs === 6) {
          expect((await world.jobOf(job_id)).status).toBe('running');
          expect((await world.modelsOf(ALICE)).chosen).toEqual([OLD]);
          await world.processed(early); // with the old model alone
        }
        await world.work();
      },
    });
    expect((await world.jobOf(job_id)).status).toBe('completed');
    const all = [...images, ...late, early.data.image_id as ImageId];
    expect(await everyFound(world, all, NEW)).toBe(true);
    expect(await everyFound(world, all, OLD)).toBe(true);
    expect(await world.index.count(ALICE, NEW)).toBe(all.length);
  });

  test('does not wait for an image that was indexed after its window was ordered, but orders it in the next pass', async () => {
    const { world } = await worldOf(2);
    const early = await world.validate(ALICE);
    const { job_id } = await world.start({ ...migration, tenants: [ALICE] });
    const began = world.clock.now;
    let arrived = false;
    await world.deliverAll({
      between: async () => {
        const isOrdered = (await world.jobOf(job_id)).progress.ordered === 2;
        if (isOrdered && !arrived) {
          arrived = true;
          await world.processed(early); // with the old model alone
        }
        await world.work();
      },
    });
    expect(arrived).toBe(true);
    expect(await world.jobOf(job_id)).toMatchObject({ status: 'completed', progress: { ordered: 3 } });
    expect((world.clock.now - began) / 1000).toBeLessThan(100);
  });

  test('keeps the previous model if images never get the new one’s vectors, and can be repeated', async () => {
    const { world, images } = await worldOf(3);
    const [stuck] = images;
    const { job_id } = await world.start(migration);
    await world.deliverAll({ between: () => world.work(({ data }) => data.image_id !== stuck) });
    const job = await world.jobOf(job_id);
    expect(job).toMatchObject({ status: 'failed', progress: { failed_tenants: 1, cut_over: 1 } });
    expect(job.errors).toEqual([{ code: 'conflict', detail: expect.stringContaining('1 images of alice') }]);
    expect(await world.modelsOf(ALICE)).toEqual({ chosen: [OLD], filling: NOTHING_FILLS });
    expect((await world.modelsOf(BOB)).chosen).toEqual([NEW, OLD]);
    world.publisher.events.splice(0);
    const again = await world.start(migration);
    await world.deliverAll();
    expect((await world.jobOf(again.job_id)).progress).toMatchObject({ ordered: 1, cut_over: 1 });
    expect((await world.modelsOf(ALICE)).chosen).toEqual([NEW, OLD]);
  });

  test('keeps the previous model if searches by the new one fail the canary', async () => {
    const { world } = await worldOf(12);
    const { job_id } = await world.start({ ...migration, tenants: [ALICE] });
    const index = {
      ...world.index,
      search: async (...given: Parameters<typeof world.index.search>) => {
        const found = await world.index.search(...given);
        return given[2].exact ? found : found.slice(3);
      },
    };
    await world.deliverAll({ run: world.runWith({ index }) });
    const job = await world.jobOf(job_id);
    expect(job.status).toBe('failed');
    expect(job.errors[0]?.detail).toMatch(/of 12 images find themselves/);
    expect(await world.modelsOf(ALICE)).toEqual({ chosen: [OLD], filling: NOTHING_FILLS });
  });

  test('stops when it is cancelled, and undoes its unfinished work', async () => {
    const { world } = await worldOf(3);
    const { job_id } = await world.start({ ...migration, tenants: [ALICE] });
    await world.deliverAll({
      between: async () => {
        const { position, status } = await world.jobOf(job_id);
        if (status === 'running' && position?.phase === 'fill') await world.cancel(job_id);
      },
    });
    expect((await world.jobOf(job_id)).status).toBe('cancelled');
    expect(await world.modelsOf(ALICE)).toEqual({ chosen: [OLD], filling: NOTHING_FILLS });
    await expect(world.cancel(job_id)).rejects.toMatchObject({ code: 'job_finished' });
  });

  test('of a tenant’s own is undone even if it is cancelled before it began', async () => {
    const { world } = await worldOf(2);
    const { job_id } = await world.start({ ...migration, tenants: [ALICE] }, ALICE);
    const alice = await world.tenants.get(ALICE);
    if (!alice) throw new Error('alice is a tenant');
    const filling = { [NEW]: new Date(world.clock.now).toISOString() }; // as a change of settings writes it
    await world.tenants.putModels(alice, { chosen: [OLD], filling });
    await world.cancel(job_id);
    await world.deliverAll();
    expect(await world.jobOf(job_id)).toMatchObject({ status: 'cancelled', owner: ALICE });
    expect(await world.modelsOf(ALICE)).toEqual({ chosen: [OLD], filling: NOTHING_FILLS });
  });

  test('runs one at a time, is the same when repeated, and is refused for an unknown model', async () => {
    const { world } = await worldOf(1);
    const first = await world.start(migration);
    world.queue.sent.splice(0); // the message is lost: a repeated request sends it again
    expect((await world.start(migration)).job_id).toBe(first.job_id);
    expect(world.queue.sent).toHaveLength(1);
    await expect(world.start({ kind: 'index_check', model: NEW })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(first.job_id),
    });
    const nowhere = { ...migration, model: 'nowhere' };
    await expect(world.start(nowhere)).rejects.toMatchObject({ code: 'not_found' });
    await world.deliverAll();
    expect((await world.start(migration)).job_id).not.toBe(first.job_id);
  });

  test('retries failures that can pass with growing pauses, and reports the last one when it fails', async () => {
    const { world } = await worldOf(1);
    const down = () => Promise.reject(new Problem('dependency_unavailable', 'The index is down.'));
    const broken = world.runWith({ index: { ...world.index, list: down } });
    const { job_id } = await world.start({ ...migration, tenants: [ALICE] });
    const began = world.clock.now;
    await world.deliverAll({ run: broken });
    const minutes = (world.clock.now - began) / 60_000;
    expect(minutes).toBeGreaterThan(3);
    expect(await world.jobOf(job_id)).toMatchObject({
      status: 'failed',
      errors: [{ code: 'dependency_unavailable', detail: 'The index is down.' }],
    });
    expect(await world.modelsOf(ALICE)).toEqual({ chosen: [OLD], filling: NOTHING_FILLS });
  });

  test('resumes after failures of any call', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { world, images } = await worldOf(4);
        const { job_id } = await world.start({ ...migration, tenants: [ALICE] });
        const sound = world.runWith();
        // One call in a hundred fails; fast-check's own doubles are not evenly spread.
        const next = randomOf(String(seed));
        const breaking = <Part extends object>(part: Part): Part =>
          new Proxy(part, {
            get: (target, name) => {
              const call: unknown = Reflect.get(target, name);
              if (typeof call !== 'function') return call;
              return async (...given: unknown[]) => {
                const chance = next();
                if (chance < 0.005) throw new Problem('dependency_unavailable', 'down');
                const result = await Reflect.apply(call, target, given);
                if (chance > 0.995) throw new Problem('dependency_unavailable', 'no reply');
                return result;
              };
            },
          });
        const broken = world.runWith({
          imageStore: breaking(world.imageStore),
          index: breaking(world.index),
          tenants: breaking(world.tenants),
        });
        await world.deliverAll({ run: (id, last = false) => (last ? sound(id) : broken(id)) });
        expect((await world.jobOf(job_id)).status).toBe('completed');
        expect(await everyFound(world, images, NEW)).toBe(true);
        expect(await world.modelsOf(ALICE)).toEqual({ chosen: [NEW, OLD], filling: NOTHING_FILLS });
      }),
      { numRuns: 40 },
    );
  });
});

describe('a rollback', () => {
  test('is one write, and loses no image added since', async () => {
    const { world, images } = await worldOf(2);
    await world.start(migration);
    await world.deliverAll();
    const added = await world.add(ALICE);
    const { job_id } = await world.start({ kind: 'model_rollback', model: NEW });
    await world.deliverAll();
    expect((await world.jobOf(job_id)).progress).toMatchObject({ tenants: 2, rolled_back: 2 });
    for (const tenant of [ALICE, BOB]) expect((await world.modelsOf(tenant)).chosen).toEqual([OLD, NEW]);
    expect(await everyFound(world, [...images, added], OLD)).toBe(true);
    const forward = await world.start(migration);
    await world.deliverAll();
    expect((await world.jobOf(forward.job_id)).progress).toMatchObject({ cut_over: 2 });
    expect((await world.jobOf(forward.job_id)).progress.ordered).toBeUndefined();
  });

  test('cancels the migration that runs', async () => {
    const { world } = await worldOf(2);
    const { job_id } = await world.start(migration);
    await world.runWith()(job_id);
    expect((await world.modelsOf(ALICE)).filling).toHaveProperty(NEW);
    await world.start({ kind: 'model_rollback', model: NEW });
    await world.deliverAll();
    expect((await world.jobOf(job_id)).status).toBe('cancelled');
    expect(await world.modelsOf(ALICE)).toEqual({ chosen: [OLD], filling: NOTHING_FILLS });
  });
});
