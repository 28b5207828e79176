import { describe, expect, it } from 'vitest';
import { announceEnd } from '#shared/jobs/announce-end.ts';
import { cancelJob, endJob } from '#shared/jobs/cancel-job.ts';
import { findJob } from '#shared/jobs/find-job.ts';
import type { JobOf } from '#shared/jobs/job.ts';
import { jobReply } from '#shared/jobs/job-reply.ts';
import { jobWriter } from '#shared/jobs/job-writer.ts';
import { type JobRunner, runJob } from '#shared/jobs/run-job.ts';
import { queuedFields, resumeJob, startJob } from '#shared/jobs/start-job.ts';
import { newJobId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { memoryJobQueue } from '../../memory/job-queue.ts';
import { memoryJobStore } from '../../memory/job-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';

const ALICE = tenantId('alice');
const BOB = tenantId('bob');
const START = Date.parse('2026-03-01T12:00:00.000Z');

type Check = JobOf<'index_check'>;

function newWorld() {
  const clock = { now: START };
  const [jobs, queue, now] = [memoryJobStore(), memoryJobQueue(), () => new Date(clock.now)];
  const ports = { jobs, queue, now };
  const newCheck = (change: Partial<Check> = {}): Check => ({
    ...{ job_id: newJobId(), kind: 'index_check', model: 'm' },
    ...queuedFields('begin', now()),
    ...change,
  });
  const runWith = (runner: Partial<JobRunner<'index_check'>>) =>
    runJob<'index_check'>({
      ...ports,
      runners: { index_check: { retries: 'job', advance: async () => 'done', ...runner } },
      budgetSeconds: 30,
    });
  const queues = {
    ...{ scan: queue, webhook_replay: queue, event_replay: queue },
    ...{ model_migration: queue, model_rollback: queue, redrive: queue },
    ...{ index_rebuild: queue, index_check: queue, index_move: queue },
  };
  const stored = async ({ job_id }: { job_id: Check['job_id'] }) => {
    const job = await jobs.get(job_id);
    if (job?.kind !== 'index_check') throw new Error('there is no such job');
    return job;
  };
  return { clock, now, jobs, queue, ports, newCheck, runWith, queues, stored };
}

describe('running a job', () => {
  it('advances it until its time is used up, and leaves the rest to the next message', async () => {
    const { clock, jobs, queue, newCheck, runWith } = newWorld();
    const job = newCheck();
    await jobs.create(job);
    let parts = 0;
    const run = runWith({
      async advance() {
        parts += 1;
        clock.now += 10_000;
        return parts < 5 ? 0 : 'done';
      },
    });
    expect(await run(job.job_id)).toBe('continued');
    expect(parts).toBe(3);
    expect(queue.sent).toEqual([{ job: job.job_id, delaySeconds: 0 }]);
    expect(await run(job.job_id)).toBe('finished');
    expect(parts).toBe(5);
  });

  it('pauses as long as the runner says', async () => {
    const { jobs, queue, newCheck, runWith } = newWorld();
    const job = newCheck();
    await jobs.create(job);
    expect(await runWith({ advance: async () => 45 })(job.job_id)).toBe('continued');
    expect(queue.sent).toEqual([{ job: job.job_id, delaySeconds: 45 }]);
  });

  it('does nothing for a job that is unknown, of another kind, or over', async () => {
    const { jobs, newCheck, runWith, ports } = newWorld();
    const run = runWith({ advance: () => Promise.reject(new Error('must not run')) });
    expect(await run(newJobId())).toBe('finished');
    for (const status of ['completed', 'failed'] as const) {
      const job = newCheck({ status });
      await jobs.create(job);
      expect(await run(job.job_id)).toBe('finished');
    }
    const purge = await startJob(ports)({
      ...{ job_id: newJobId(), kind: 'tenant_purge', tenant_id: ALICE },
      ...queuedFields('start', new Date(START)),
    });
    expect(await run(purge.job_id)).toBe('finished');
  });

  it('retries what can pass 7 times with growing pauses, then fails the job and undoes it', async () => {
    const { jobs, queue, newCheck, runWith, stored } = newWorld();
    const job = newCheck();
    await jobs.create(job);
    let undone = 0;
    const run = runWith({
      advance: () => Promise.reject(new Problem('dependency_unavailable', 'down')),
      undo: async () => {
        undone += 1;
      },
    });
    for (let failures = 1; failures < 8; failures++) expect(await run(job.job_id)).toBe('continued');
    expect(queue.sent.map(({ delaySeconds }) => delaySeconds)).toEqual([2, 4, 8, 16, 32, 64, 128]);
    await expect(run(job.job_id)).rejects.toThrow('down');
    expect(undone).toBe(1);
    expect(await stored(job)).toMatchObject({
      status: 'failed',
      errors: [{ code: 'dependency_unavailable', detail: 'down' }],
      errors_count: 1,
      finished_at: new Date(START).toISOString(),
    });
  });

  it('counts failures in a row only', async () => {
    const { jobs, newCheck, runWith, stored } = newWorld();
    const job = newCheck({ failures: 6 });
    await jobs.create(job);
    await runWith({
      async advance(writer) {
        await writer.write({ step: 'next' });
        return 1;
      },
    })(job.job_id);
    expect((await stored(job)).failures).toBe(0);
  });

  it('leaves retries to the queue if the runner says so, and resumes a failed job when redriven', async () => {
    const { jobs, queue, newCheck, runWith, stored } = newWorld();
    const job = newCheck();
    await jobs.create(job);
    const failing = runWith({ retries: 'queue', advance: () => Promise.reject(new Error('no')) });
    await expect(failing(job.job_id)).rejects.toThrow('no');
    expect(await stored(job)).toMatchObject({ status: 'running', errors: [{ code: 'internal_error' }] });
    await expect(failing(job.job_id, true)).rejects.toThrow('no');
    expect((await stored(job)).status).toBe('failed');
    expect(queue.sent).toEqual([]);
    const resumed = runWith({
      retries: 'queue',
      async advance(writer) {
        await writer.write({ status: 'completed' });
        return 'done';
      },
    });
    expect(await resumed(job.job_id)).toBe('finished');
    expect(await stored(job)).toMatchObject({ status: 'completed' });
    expect((await stored(job)).finished_at).toBeUndefined();
  });

  it('stops when another worker has written the job', async () => {
    const { jobs, newCheck, runWith, stored } = newWorld();
    const job = newCheck();
    await jobs.create(job);
    const run = runWith({
      async advance(writer) {
        await jobs.save({ ...(await stored(job)), step: 'by another' });
        await writer.write({ step: 'by this one' });
        return 0;
      },
    });
    expect(await run(job.job_id)).toBe('superseded');
    expect((await stored(job)).step).toBe('by another');
  });
});

describe('starting a job', () => {
  it('enqueues it; one that exists is enqueued again only if it is queued, failed or stalled', async () => {
    const { clock, jobs, queue, ports, newCheck, stored } = newWorld();
    const job = newCheck();
    await startJob(ports)(job);
    await startJob(ports)(job);
    expect(queue.sent.splice(0)).toHaveLength(2);
    await jobs.save({ ...job, status: 'running' });
    await startJob(ports)(job);
    expect(queue.sent).toHaveLength(0);
    clock.now += 16 * 60_000;
    await startJob(ports)(job);
    expect(queue.sent.splice(0)).toHaveLength(1);
    const running = await stored(job);
    await jobs.save({ ...running, status: 'failed', finished_at: 'x' });
    expect(await resumeJob(ports)(await stored(job))).toMatchObject({ status: 'queued' });
    expect((await stored(job)).finished_at).toBeUndefined();
    expect(queue.sent).toHaveLength(1);
  });
});

describe('the end of a job', () => {
  it.each([
    ['completed', { status: 'completed' }],
    ['failed', { status: 'failed' }],
    ['cancelled', { status: 'cancelled' }],
  ] as const)('that is %s is announced again with each further message', async (status, change) => {
    const { jobs, queue, newCheck, now } = newWorld();
    const publisher = memoryPublisher();
    const job = newCheck({ owner: ALICE, ...change });
    await jobs.create(job);
    const run = runJob<'index_check'>({
      ...{ jobs, queue, now, budgetSeconds: 30, onEnd: announceEnd({ publisher }) },
      runners: { index_check: { retries: 'job', advance: () => Promise.reject(new Error('must not run')) } },
    });
    for (let times = 0; times < 2; times++) expect(await run(job.job_id)).toBe('finished');
    expect(publisher.events.map(({ id }) => id)).toEqual(
      [1, 2].map(() => `${job.job_id}.${status}.job.completed`),
    );
    expect(publisher.events[0]).toMatchObject({
      ...{ type: 'job.completed', tenantid: ALICE, subject: job.job_id },
      data: { kind: 'index_check', status, errors_count: 0 },
    });
  });

  it('is announced once it is written, also of a job that fails, and not before', async () => {
    const { jobs, newCheck, runWith, stored, ports } = newWorld();
    const seen: string[] = [];
    const runTo = (advance: JobRunner<'index_check'>['advance']) =>
      runJob<'index_check'>({
        ...{ ...ports, budgetSeconds: 30 },
        onEnd: async ({ status }) => void seen.push(status),
        runners: { index_check: { retries: 'job', advance } },
      });
    const [fine, bad] = [newCheck(), newCheck()];
    for (const job of [fine, bad]) await jobs.create(job);
    await runTo(async () => 5)(fine.job_id);
    expect(seen).toEqual([]);
    await runTo(async (writer) => {
      await writer.write({ status: 'completed' });
      return 'done';
    })(fine.job_id);
    const refused = new Problem('conflict', 'no');
    await expect(runTo(() => Promise.reject(refused))(bad.job_id)).rejects.toThrow('no');
    expect(seen).toEqual(['completed', 'failed']);
    expect((await stored(bad)).status).toBe('failed');
    expect(await runWith({})(bad.job_id)).toBe('finished');
  });

  it('concerns the tenant that started it, or none', async () => {
    const { newCheck } = newWorld();
    const publisher = memoryPublisher();
    const announce = announceEnd({ publisher });
    await announce(newCheck({ status: 'completed' }));
    await announce(newCheck({ status: 'running', owner: ALICE }));
    const purge = { job_id: newJobId(), kind: 'tenant_purge' as const, tenant_id: ALICE };
    await announce({ ...purge, ...queuedFields('done', new Date(START)), status: 'completed' });
    expect(publisher.events).toEqual([]);
  });
});

describe('cancelling a job', () => {
  it('sends it to its worker, which undoes its work', async () => {
    const { jobs, queue, queues, now, newCheck, runWith, stored } = newWorld();
    const job = newCheck();
    await jobs.create(job);
    await cancelJob({ jobs, queues, now })(job);
    expect(await stored(job)).toMatchObject({ status: 'cancelled', finished_at: now().toISOString() });
    expect(queue.sent).toEqual([{ job: job.job_id, delaySeconds: 0 }]);
    const undone: string[] = [];
    const run = runWith({
      async undo({ job_id }) {
        undone.push(job_id);
      },
    });
    expect(await run(job.job_id)).toBe('finished');
    expect(undone).toEqual([job.job_id]);
  });

  it('ends a job that was written meanwhile, unless it has ended', async () => {
    const { jobs, queues, now, newCheck, stored } = newWorld();
    const cancel = cancelJob({ jobs, queues, now });
    const job = newCheck();
    await jobs.create(job);
    await jobs.save({ ...job, status: 'running' });
    expect(await cancel(job)).toMatchObject({ status: 'cancelled' });
    expect(await stored(job)).toMatchObject({ status: 'cancelled' });
    const done = newCheck();
    await jobs.create(done);
    await jobs.save({ ...done, status: 'completed' });
    await expect(cancel(done)).rejects.toMatchObject({ code: 'job_finished', status: 409 });
    const busy = { ...jobs, save: async () => undefined };
    const ended = cancelJob({ jobs: busy, queues, now })(newCheck());
    await expect(ended).rejects.toMatchObject({ code: 'conflict' });
  });

  it('that gives way to another one is ended although its worker writes it, or left as it ended', async () => {
    const { jobs, queue, now, newCheck, stored } = newWorld();
    const end = endJob({ jobs, queue, now });
    const [job, done] = [newCheck(), newCheck()];
    for (const each of [job, done]) await jobs.create(each);
    await jobs.save({ ...job, status: 'running' });
    expect(await end(job)).toMatchObject({ status: 'cancelled' });
    await jobs.save({ ...done, status: 'completed' });
    expect(await end(done)).toMatchObject({ status: 'completed' });
    expect(await stored(done)).toMatchObject({ status: 'completed' });
    const busy = { ...jobs, save: async () => undefined };
    const next = newCheck();
    await jobs.create(next);
    await expect(endJob({ jobs: busy, queue, now })(next)).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
  });

  it('is refused once the job has ended, or is a purge', async () => {
    const { jobs, queues, now, newCheck } = newWorld();
    const cancel = cancelJob({ jobs, queues, now });
    const ended = newCheck({ status: 'completed' });
    await expect(cancel(ended)).rejects.toMatchObject({ code: 'job_finished', status: 409 });
    await expect(cancel(ended, 'conflict')).rejects.toMatchObject({ code: 'conflict' });
    const purge = { job_id: newJobId(), kind: 'tenant_purge' as const, tenant_id: ALICE };
    await expect(cancel({ ...purge, ...queuedFields('start', now()) })).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describe('a job', () => {
  it('is found by its owner and the operator, and by no other tenant', async () => {
    const { jobs, newCheck } = newWorld();
    const find = findJob({ jobs });
    const own = newCheck({ owner: ALICE });
    const operators = newCheck({ tenants: [ALICE] });
    for (const job of [own, operators]) await jobs.create(job);
    expect(await find(own.job_id, ALICE)).toEqual(own);
    expect(await find(own.job_id)).toEqual(own);
    await expect(find(own.job_id, BOB)).rejects.toMatchObject({ code: 'not_found' });
    await expect(find(operators.job_id, ALICE)).rejects.toMatchObject({ code: 'not_found' });
    await expect(find(newJobId())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('has its first 99 distinct errors, the latest, and the count of all', async () => {
    const { jobs, now, newCheck, stored } = newWorld();
    const job = newCheck();
    await jobs.create(job);
    const writer = jobWriter(jobs, job, now);
    for (let n = 0; n < 105; n++) await writer.noteError(new Problem('conflict', `error ${n}`));
    await writer.noteError(new Problem('conflict', 'error 104'));
    const reply = jobReply(await stored(job));
    expect(reply).toMatchObject({ status: 'running', errors_count: 105 });
    expect(reply.errors).toHaveLength(100);
    expect(reply.errors.at(0)?.detail).toBe('error 0');
    expect(reply.errors.at(98)?.detail).toBe('error 98');
    expect(reply.errors.at(-1)?.detail).toBe('error 104');
  });

  it('is shown without what only its worker needs', () => {
    const { newCheck } = newWorld();
    const job = newCheck({ owner: ALICE, tenants: [ALICE], next_tenant: '', failures: 3 });
    const at = new Date(START).toISOString();
    expect(jobReply(job)).toEqual({
      ...{ job_id: job.job_id, kind: 'index_check', status: 'queued', model: 'm', tenants: [ALICE] },
      ...{ progress: {}, errors: [], errors_count: 0, started_at: at, updated_at: at },
    });
  });
});
