import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redrive } from '#shared/failures/redrive.ts';
import { type RedriveRequest, startRedrive } from '#shared/failures/start-redrive.ts';
import { announceEnd } from '#shared/jobs/announce-end.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { memoryJobQueue } from '../../memory/job-queue.ts';
import { memoryJobStore } from '../../memory/job-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';
import { ACME, newWorld as imagesWorld } from './world.ts';

const OTHER = tenantId('other');

async function newWorld() {
  const world = imagesWorld();
  for (const tenant of [ACME, OTHER]) await world.addTenant(tenant);
  const [jobs, queue, publisher] = [memoryJobStore(), memoryJobQueue(), memoryPublisher()];
  const start = startRedrive({ ...world.ports, jobs, queue });
  const run = (store = jobs) =>
    runJob<'redrive'>({
      ...{ jobs: store, queue, budgetSeconds: 60, onEnd: announceEnd({ publisher }) },
      runners: { redrive: redrive(world.ports) },
    });
  const redriven = async (request: RedriveRequest) => {
    const { job_id } = await start(request);
    expect(await run()(job_id)).toBe('finished');
    return jobs.get(job_id);
  };
  return { ...world, jobs, queue, publisher, start, run, redriven };
}

describe('a redrive', () => {
  it('counts, then retries what a retry can mend, of all tenants', async () => {
    const { addFailed, redriven, sent } = await newWorld();
    const mine = await addFailed();
    const theirs = await addFailed({}, { tenant_id: OTHER });
    await addFailed({ stage: 'indexing' });
    await addFailed({ code: 'event_too_large', retryable: false });
    const job = await redriven({ stage: 'embedding' });
    expect(job).toMatchObject({
      status: 'completed',
      progress: { found: 2, not_mendable: 1, retried: 2 },
    });
    expect(sent.map(({ tenant, body }) => [tenant, body])).toEqual([
      [ACME, { image: mine.image_id }],
      [OTHER, { image: theirs.image_id }],
    ]);
  });

  it('keeps to a tenant, a code and a time', async () => {
    const { addFailed, redriven, sent } = await newWorld();
    const wanted = await addFailed({ code: 'internal_error' }, {}, '2026-03-01T11:00:00.000Z');
    await addFailed({ code: 'internal_error' }, {}, '2026-03-01T09:00:00.000Z');
    await addFailed({ code: 'internal_error' }, { tenant_id: OTHER });
    await addFailed();
    const filter = { code: 'internal_error', since: '2026-03-01T10:00:00.000Z' } as const;
    await redriven({ stage: 'embedding', tenant_id: ACME, ...filter });
    expect(sent.map(({ body }) => body)).toEqual([{ image: wanted.image_id }]);
  });

  it('only counts in a dry run', async () => {
    const { addFailed, redriven, sent, imageStore } = await newWorld();
    const { image_id } = await addFailed();
    const job = await redriven({ stage: 'embedding', dry_run: true });
    expect(job).toMatchObject({ status: 'completed', progress: { found: 1, not_mendable: 0 } });
    expect(sent).toEqual([]);
    expect(await imageStore.get(ACME, image_id)).toMatchObject({ status: 'failed' });
  });

  it('retries the duplicate detection of indexed images', async () => {
    const { addFailed, redriven, sent } = await newWorld();
    const { image_id } = await addFailed({ stage: 'duplicates' });
    await redriven({ stage: 'duplicates' });
    expect(sent).toMatchObject([{ stage: 'duplicates', body: { image: image_id } }]);
  });

  it('refuses an unknown tenant', async () => {
    const { start } = await newWorld();
    const unknown = start({ stage: 'embedding', tenant_id: tenantId('nobody') });
    await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
  });

  it('about one tenant tells it the end', async () => {
    const { redriven, publisher } = await newWorld();
    await redriven({ stage: 'embedding', tenant_id: ACME });
    expect(publisher.events).toMatchObject([
      { type: 'job.completed', tenantid: ACME, data: { kind: 'redrive', status: 'completed' } },
    ]);
    await redriven({ stage: 'embedding' });
    expect(publisher.events).toHaveLength(1);
  });

  it('that is interrupted anywhere sends every image at least once, and ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 120 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
        async (images, kills) => {
          const { addFailed, start, run, jobs, sent } = await newWorld();
          const wanted = new Set<string>();
          for (let count = 0; count < images; count++)
            wanted.add((await addFailed({}, count % 3 === 0 ? { tenant_id: OTHER } : {})).image_id);
          const { job_id } = await start({ stage: 'embedding' });
          for (const after of kills) {
            let saves = 0;
            const dying: typeof jobs = {
              ...jobs,
              async save(job) {
                if (++saves > after) return undefined; // as if another worker had taken over: this one stops
                return jobs.save(job);
              },
            };
            await run(dying)(job_id);
          }
          await run()(job_id);
          expect((await jobs.get(job_id))?.status).toBe('completed');
          expect(new Set(sent.map(({ body }) => (body as { image: string }).image))).toEqual(wanted);
        },
      ),
      { numRuns: 60 },
    );
  });
});
