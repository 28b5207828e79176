import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TenantPurge } from '#shared/jobs/job.ts';
import { type JobId, newJobId, newKeyId } from '#shared/kernel/ids.ts';
import { ACME, ISSUER, OTHER, purgeWorld, TABLES } from './purge-world.ts';

const STORES = [
  'gateway_keys',
  'event_buses',
  'secrets',
  'people',
  'vectors',
  'incoming',
  'uploads',
  'derived',
  'events',
  ...TABLES,
];
const NOTHING = Object.fromEntries(STORES.map((store) => [store, 0]));

/** A world with two tenants, of which the first is to be purged. */
async function worldOf(each: number, options: Parameters<typeof purgeWorld>[0] = {}) {
  const world = purgeWorld(options);
  await world.settle(ACME, each);
  await world.settle(OTHER, 2);
  return { world, others: await world.countOf(OTHER) };
}
const jobOf = async (world: ReturnType<typeof purgeWorld>, id: JobId): Promise<TenantPurge> => {
  const job = await world.jobs.get(id);
  if (job?.kind !== 'tenant_purge') throw new Error('there is no such job');
  return job;
};

describe('the purge of a tenant', () => {
  it('removes all of its data and none of other tenants, and issues a receipt', async () => {
    const { world, others } = await worldOf(5);
    const { job } = await world.start(ACME);
    await world.deliverAll();
    expect(await world.countOf(ACME)).toEqual(NOTHING);
    expect(await world.tenants.get(ACME)).toBeUndefined();
    expect(await world.countOf(OTHER)).toEqual(others);
    expect((await world.tenants.get(OTHER))?.state).toBe('active');
    const done = await jobOf(world, job.job_id);
    expect(done).toMatchObject({ status: 'completed', errors: [], step: 'done' });
    expect(done.receipt).toEqual({
      tenant_id: ACME,
      deleted: { ...Object.fromEntries(STORES.map((store) => [store, 5])), vectors: 10, profile: 1 },
      left: { ...NOTHING, profile: 0 },
      completed_at: expect.any(String),
    });
  });

  it('deletes the accounts of its people, and ends their tokens', async () => {
    const { world } = await worldOf(3);
    const before = [...world.directory.accounts];
    await world.start(ACME);
    await world.deliverAll();
    const gone = before.filter(([, { tenant }]) => tenant === ACME).map(([subject]) => subject);
    expect(gone).toHaveLength(3);
    expect([...world.directory.accounts]).toEqual(before.filter(([subject]) => !gone.includes(subject)));
    for (const [subject, { tenant }] of before)
      expect(await world.revocations.isRevoked(ISSUER, subject, 0)).toBe(tenant === ACME);
  });

  it('continues with the next message when its time is used up', async () => {
    const { world } = await worldOf(20);
    await world.start(ACME);
    const outcomes = await world.deliverAll();
    expect(outcomes.filter((outcome) => outcome === 'continued').length).toBeGreaterThan(5);
    expect(outcomes.at(-1)).toBe('finished');
  });

  it('counts its progress, and has the tenant’s keys refused from the first moment', async () => {
    const { world } = await worldOf(5);
    const { before, after, job } = await world.start(ACME);
    expect([before.state, after.state, job.status]).toEqual(['active', 'purging', 'queued']);
    const message = world.queue.sent.shift();
    expect(message?.job).toBe(job.job_id);
    expect(await world.purge(job.job_id)).toBe('continued');
    const running = await jobOf(world, job.job_id);
    expect(running.status).toBe('running');
    expect(running.progress.gateway_keys).toBe(5);
    expect(running.receipt).toBeUndefined();
  });

  it('counts again after a pause, and begins again if something was written meanwhile', async () => {
    const { world } = await worldOf(1);
    const { job } = await world.start(ACME);
    let late = 2;
    await world.deliverAll(async () => {
      const { step } = await jobOf(world, job.job_id);
      if (step !== 'settling' || late === 0) return;
      late -= 1;
      await world.add.object(ACME, 'derived');
      world.add.item(ACME, 'activity');
    });
    expect(late).toBe(0);
    expect(await world.countOf(ACME)).toEqual(NOTHING);
    expect((await jobOf(world, job.job_id)).receipt?.deleted).toMatchObject({ derived: 3, activity: 3 });
  });

  it('does not count before the pause is over, however often its message comes', async () => {
    const { world } = await worldOf(0);
    const { job } = await world.start(ACME);
    while ((await jobOf(world, job.job_id)).step !== 'settling') await world.purge(job.job_id);
    world.queue.sent.splice(0);
    world.pass(20);
    expect(await world.purge(job.job_id)).toBe('continued');
    const [again] = world.queue.sent;
    expect(again?.delaySeconds).toBeGreaterThan(20);
    expect(again?.delaySeconds).toBeLessThan(41);
    expect((await jobOf(world, job.job_id)).step).toBe('settling');
  });

  it('is one job, however often it is requested; of two concurrent runs one stops', async () => {
    const { world } = await worldOf(5);
    const [one, two] = await Promise.all([world.start(ACME), world.start(ACME)]);
    expect(two.job.job_id).toBe(one.job.job_id);
    const runs = await Promise.all([world.purge(one.job.job_id), world.purge(one.job.job_id)]);
    expect(runs.sort()).toEqual(['continued', 'superseded']);
    await world.deliverAll();
    expect(await world.countOf(ACME)).toEqual(NOTHING);
    expect((await jobOf(world, one.job.job_id)).status).toBe('completed');
    await expect(world.start(ACME)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('resumes when it is requested again after it failed', async () => {
    const { world } = await worldOf(3);
    const { job } = await world.start(ACME);
    world.queue.sent.splice(0);
    const running = await jobOf(world, job.job_id);
    await world.jobs.save({
      ...running,
      status: 'failed',
      errors: [{ code: 'internal_error', detail: 'x' }],
    });
    const again = await world.start(ACME);
    expect(again.job).toMatchObject({ job_id: job.job_id, status: 'queued' });
    expect(world.queue.sent).toHaveLength(1);
    await world.deliverAll();
    expect((await jobOf(world, job.job_id)).status).toBe('completed');
  });

  it('records the error, and fails at the last attempt', async () => {
    const { world } = await worldOf(3, { faults: [{ at: 7, when: 'before', kind: 'error' }] });
    const { job } = await world.start(ACME);
    await expect(world.purge(job.job_id, true)).rejects.toThrow();
    expect(await jobOf(world, job.job_id)).toMatchObject({
      status: 'failed',
      errors: [{ code: 'internal_error' }],
    });
  });

  it('enqueues a running job again only if it has stalled', async () => {
    const { world } = await worldOf(3);
    const { job } = await world.start(ACME);
    await world.purge(job.job_id);
    world.queue.sent.splice(0);
    await world.start(ACME);
    expect(world.queue.sent).toHaveLength(0);
    world.pass(3600);
    await world.start(ACME);
    expect(world.queue.sent).toHaveLength(1);
  });

  it('never touches a later tenant with the same id', async () => {
    const { world } = await worldOf(1);
    const { job } = await world.start(ACME);
    await world.deliverAll();
    // A run that broke off between the removal of the profile and the last write comes again.
    const done = await jobOf(world, job.job_id);
    await world.jobs.save({ ...done, status: 'running', step: 'closing' });
    await world.settle(ACME, 4);
    const next = await world.countOf(ACME);
    expect(await world.purge(job.job_id)).toBe('finished');
    expect(await world.countOf(ACME)).toEqual(next);
    expect((await world.tenants.get(ACME))?.state).toBe('active');
    // Nor does a job that is wrong about the owner of the id.
    const ended = await jobOf(world, job.job_id);
    await world.jobs.save({ ...ended, status: 'running', step: 'start' });
    await expect(world.purge(job.job_id)).rejects.toThrow('not for');
    expect(await world.countOf(ACME)).toEqual(next);
  });

  it('is refused for an unknown tenant; an unknown job is finished', async () => {
    const { world } = await worldOf(0);
    await world.tenants.beginPurge(ACME, newJobId());
    await expect(world.tenants.change(ACME, { state: 'active' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await world.purge(newJobId())).toBe('finished');
    const empty = purgeWorld();
    await expect(empty.start(ACME)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('removes a key that was created in the gateway and never stored', async () => {
    const { world } = await worldOf(0);
    await world.add.key(ACME);
    expect(await world.tenants.listKeys(ACME)).toEqual([]);
    await world.start(ACME);
    await world.deliverAll();
    expect((await world.countOf(ACME)).gateway_keys).toBe(0);
  });
});

describe('a purge that is interrupted anywhere', () => {
  const fault = fc.record({
    at: fc.integer({ min: 1, max: 150 }),
    when: fc.constantFrom('before' as const, 'after' as const),
    kind: fc.constantFrom('error' as const, 'crash' as const),
  });

  it('ends with nothing left, a correct receipt, and no change to other tenants', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 25 }),
        fc.integer({ min: 0, max: 7 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 4 }),
        async (faults, each, lateAt) => {
          const { world, others } = await worldOf(each, { faults });
          const { job } = await world.startWithRetries();
          let added = 0;
          await world.deliverAll(async (delivery) => {
            // Writes that were in flight when the purge began.
            if (!lateAt.includes(delivery) || !(await isOpen(world, job.job_id))) return;
            added += 1;
            await world.add.object(ACME, 'events');
            world.add.item(ACME, 'activity');
          });
          const done = await jobOf(world, job.job_id);
          expect(done.status).toBe('completed');
          expect(await world.countOf(ACME)).toEqual(NOTHING);
          expect(await world.tenants.get(ACME)).toBeUndefined();
          expect(await world.countOf(OTHER)).toEqual(others);
          const { deleted = {}, left } = done.receipt ?? {};
          expect(left).toEqual({ ...NOTHING, profile: 0 });
          // A slice whose write to the job was lost is not counted; nothing is counted twice.
          const present: Record<string, number> = {
            ...Object.fromEntries(STORES.map((store) => [store, each])),
            vectors: 2 * each,
          };
          for (const store of STORES) {
            const late = ['events', 'activity'].includes(store) ? added : 0;
            expect(deleted[store]).toBeLessThanOrEqual((present[store] ?? 0) + late);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  const isOpen = async (world: ReturnType<typeof purgeWorld>, id: JobId) =>
    !['closing', 'done'].includes((await jobOf(world, id)).step);

  it.each(['before', 'after'] as const)('at each single call, %s it', async (when) => {
    for (let at = 1; at <= 140; at++) {
      const { world, others } = await worldOf(2, { faults: [{ at, when, kind: 'crash' }] });
      const { job } = await world.startWithRetries();
      await world.deliverAll();
      expect((await jobOf(world, job.job_id)).status).toBe('completed');
      expect(await world.countOf(ACME)).toEqual(NOTHING);
      expect(await world.tenants.get(ACME)).toBeUndefined();
      expect(await world.countOf(OTHER)).toEqual(others);
      const created = { tenant_id: ACME, name: 'B', plan: 'free' as const, state: 'creating' as const };
      const again = { ...created, created_at: world.now().toISOString(), first_key_id: newKeyId() };
      expect(await world.tenants.reserve(again)).toEqual(again);
    }
  });
});
