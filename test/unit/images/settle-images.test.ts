import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { crash, kind, rounds } from '../../fixtures/uploads-steps.ts';
import { uploadsWorld } from '../../fixtures/uploads-world.ts';
import { memoryImageStore } from '../../memory/image-store.ts';

type World = ReturnType<typeof uploadsWorld>;

const isCounted = ({ reserved_bytes, stored_bytes }: { reserved_bytes?: number; stored_bytes?: number }) =>
  reserved_bytes !== undefined || stored_bytes !== undefined;

it('counts what is stored, whatever fails, is repeated or overtaken, and leaves nothing that is not counted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), rounds, async (scheduler, steps) => {
      const world = uploadsWorld(memoryImageStore(), tenantId('acme'), () =>
        scheduler.schedule(Promise.resolve()),
      );
      for (const round of steps) {
        const before = { ...world.quota };
        await scheduler.waitFor(Promise.all(round.map((take) => take(world.steps))));
        const { stored, reserved } = await world.quotaUse();
        expect(stored.images + reserved.images).toBeLessThanOrEqual(3);
        expect(stored.bytes + reserved.bytes).toBeLessThanOrEqual(before.bytes);
        for (const folder of ['uploads', 'derived'] as const)
          for (const { record, isDue } of await world.owners(folder))
            expect(record && (isCounted(record) || isDue)).toBe(true);
      }
      await scheduler.waitFor(world.end());
      await expectSettled(world);
    }),
    { numRuns: 300 },
  );
}, 120_000);

it('keeps one of two files of a form, whole and counted, or none', async () => {
  const kinds = fc.tuple(kind, kind);
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), kinds, fc.nat(12), crash, async (scheduler, files, turns, fault) => {
      const world = uploadsWorld(memoryImageStore(), tenantId('acme'), () =>
        scheduler.schedule(Promise.resolve()),
      );
      await scheduler.waitFor(world.steps.announce(1));
      await scheduler.waitFor(world.steps.postTwice(0, files, turns, fault));
      await scheduler.waitFor(world.end());
      await expectSettled(world);
    }),
    { numRuns: 2000 },
  );
}, 120_000);

async function expectSettled(world: World): Promise<void> {
  expect((await world.quotaUse()).reserved).toEqual({ images: 0, bytes: 0 });
  expect(await world.owners('incoming')).toEqual([]);
  for (const folder of ['uploads', 'derived'] as const)
    for (const { record } of await world.owners(folder)) expect(record?.stored_bytes).toBeDefined();
  for (const record of await world.recordsOf()) {
    const { status, failure, stored_bytes: file_size, hash_sha256 } = record;
    if (file_size === undefined) {
      expect(status).toBe('failed');
      continue;
    }
    expect(await world.fileOf(record)).toEqual({ file_size, hash_sha256 });
    // Only its event may have been lost.
    expect(status === 'validated' || failure?.retryable).toBe(true);
  }
}

const NOTHING = { images: 0, bytes: 0 };
const counts = async (world: World) => {
  const folders = ['incoming', 'uploads', 'derived'] as const;
  const owners = await Promise.all(folders.map((folder) => world.owners(folder)));
  return { ...(await world.quotaUse()), owners: owners.map(({ length }) => length) };
};

it('frees the reservation of an unused form after an hour, and removes its record', async () => {
  const world = uploadsWorld(memoryImageStore(), tenantId('acme'));
  await world.steps.announce(4);
  await world.steps.wait(59);
  await world.steps.settle();
  expect(await world.quotaUse()).toEqual({ stored: NOTHING, reserved: { images: 2, bytes: 8 } });
  await world.steps.wait(1);
  await world.steps.settle();
  expect(await world.quotaUse()).toEqual({ stored: NOTHING, reserved: NOTHING });
  expect(await world.recordsOf()).toEqual([]);
});

it('keeps a file that awaits validation, however late it is', async () => {
  const world = uploadsWorld(memoryImageStore(), tenantId('acme'));
  await world.steps.send(4, 1);
  await world.steps.wait(20 * 60);
  await world.steps.settle();
  await world.steps.deliver(0);
  expect(await counts(world)).toEqual({
    stored: { images: 1, bytes: 4 },
    reserved: NOTHING,
    owners: [0, 1, 1],
  });
});

it('frees the reservation of a refused file at once', async () => {
  const world = uploadsWorld(memoryImageStore(), tenantId('acme'));
  await world.steps.send(4, 2);
  expect((await world.quotaUse()).reserved).toEqual({ images: 1, bytes: 4 });
  await world.steps.deliver(0);
  expect(await counts(world)).toEqual({ stored: NOTHING, reserved: NOTHING, owners: [0, 0, 0] });
});

it('counts a file that was accepted and never admitted, and removes it after a day', async () => {
  const imageStore = memoryImageStore();
  const { admit } = imageStore;
  imageStore.admit = () => Promise.reject(new Problem('dependency_unavailable', 'Down.'));
  const world = uploadsWorld(imageStore, tenantId('acme'));
  await world.steps.send(4, 1);
  for (let receive = 1; receive <= 5; receive++) await world.steps.deliver(0);
  const left = { stored: NOTHING, reserved: { images: 1, bytes: 4 }, owners: [1, 1, 1] };
  expect(await counts(world)).toEqual(left);
  expect(await world.recordsOf()).toMatchObject([{ status: 'failed', failure: { retryable: true } }]);

  imageStore.admit = admit;
  await world.steps.wait(23 * 60);
  await world.steps.settle();
  expect(await counts(world)).toEqual(left);
  await world.steps.wait(61);
  await world.steps.settle();
  await world.steps.wait(61);
  await world.steps.settle();
  expect(await counts(world)).toEqual({ stored: NOTHING, reserved: NOTHING, owners: [0, 0, 0] });
  expect(await world.recordsOf()).toMatchObject([{ status: 'failed', failure: { retryable: false } }]);
});
