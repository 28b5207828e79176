import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileOf } from '../../fixtures/byte-files.ts';
import type { Crash } from '../../fixtures/mortal-ports.ts';
import { ACME, scanWorld } from './world.ts';

const RUNS = 60;
/** Calls of ports within which a step dies. */
const CALLS = 40;

const crash = fc.option(
  fc.record({
    at: fc.integer({ min: 1, max: CALLS }),
    when: fc.constantFrom('before' as const, 'after' as const),
  }),
  { nil: undefined },
);
const step = fc.oneof(
  fc.record({ do: fc.constant('job' as const), position: fc.nat(3), keep: fc.boolean(), crash }),
  fc.record({ do: fc.constant('import' as const), position: fc.nat(9), keep: fc.boolean(), crash }),
  fc.record({ do: fc.constant('pipeline' as const) }),
  fc.record({ do: fc.constant('put' as const), key: fc.nat(11), kind: fc.constantFrom(1, 2, 3) }),
  fc.record({ do: fc.constant('remove' as const), key: fc.nat(11) }),
  fc.record({ do: fc.constant('cancel' as const) }),
  fc.record({ do: fc.constant('start' as const) }),
);

const keyOf = (n: number): string => `${String.fromCodePoint(0x61 + n)}/é ${n}+.jpg`;

describe('scans that are interrupted anywhere, delivered twice, cancelled and overtaken by changes', () => {
  it('bring in every picture of the bucket, and none twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const world = await scanWorld({ pageSize: 3 });
        const { storage, start, steps: deliver, cancel } = world;
        for (let n = 0; n < 7; n += 1) storage.put(keyOf(n), fileOf(2 + n, 1));
        let last = (await start()).job_id;
        let size = 20;
        for (const each of steps) {
          const died: Crash | undefined = 'crash' in each ? each.crash : undefined;
          if (each.do === 'job') await deliver.deliverJob(each.position, each.keep, died);
          if (each.do === 'import') await deliver.deliverImport(each.position, each.keep, died);
          if (each.do === 'pipeline') await deliver.pipeline();
          size += 1;
          if (each.do === 'put') storage.put(keyOf(each.key), fileOf(size, each.kind));
          if (each.do === 'remove') storage.remove(keyOf(each.key));
          if (each.do === 'cancel') await cancel(last).catch(() => undefined);
          if (each.do === 'start')
            last = await start().then(
              ({ job_id }) => job_id,
              () => last,
            );
        }
        await world.settle();
        // Two more scans: the second one has nothing to read.
        await world.scan();
        const opened = storage.calls.open;
        const job = await world.scan();
        expect(job.status).toBe('completed');
        expect(storage.calls.open).toBe(opened);
        expect(job.progress.queued ?? 0).toBe(0);
        const library = await world.library();
        expect([...library.values()].filter((images) => images.length > 1)).toEqual([]);
        // Every object that can be read has its image, and each image is named by the catalogue.
        const entries = world.catalogue.entries(ACME, world.location.storage_id);
        const named = new Set(entries.flatMap(({ image }) => image ?? []));
        expect([...library.values()].flat().filter((image) => !named.has(image))).toEqual([]);
        for (const key of storage.keys()) {
          const entry = entries.find((each) => each.key === key);
          expect(entry && ['indexed', 'failed'].includes(entry.state)).toBe(true);
          if (entry?.state === 'indexed') expect(library.get(key)).toEqual([entry.image]);
        }
        expect(await world.catalogue.countQueued(ACME)).toBe(0);
      }),
      { numRuns: RUNS },
    );
  }, 60_000);

  it('count each object once, whatever write they die at', async () => {
    for (const when of ['before', 'after'] as const)
      for (let at = 1; at < 60; at += 1) {
        const world = await scanWorld({ pageSize: 3 });
        for (let n = 0; n < 8; n += 1) world.storage.put(keyOf(n), fileOf(3, n === 5 ? 2 : 1));
        const { job_id } = await world.start();
        await world.steps.deliverJob(0, true, { at, when });
        await world.settle();
        const { status, progress } = await world.scanOf(job_id);
        expect([at, status, progress.listed, progress.new, progress.indexed, progress.failed]).toEqual([
          ...[at, 'completed', 8, 8, 7, 1],
        ]);
        expect([...(await world.library()).values()].map((images) => images.length)).toEqual(
          Array(7).fill(1),
        );
      }
  }, 60_000);
});
