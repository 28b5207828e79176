import { beforeAll, describe, expect, it } from 'vitest';
import { openTable } from '#shared/aws/dynamodb-table.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import type { JobOf, TenantPurge } from '#shared/jobs/job.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import { type JobId, jobId, newJobId, type TenantId } from '#shared/kernel/ids.ts';
import { memoryJobStore } from '../../memory/job-store.ts';
import { newTable } from '../emulator.ts';
import { newTenant } from '../samples.ts';

const newJob = (): TenantPurge => ({
  job_id: newJobId(),
  kind: 'tenant_purge',
  tenant_id: newTenant(),
  status: 'queued',
  step: 'start',
  progress: { images: 3 },
  errors: [],
  started_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  version: 0,
});

/** @param n ids sort by it */
function newOwned(owner: TenantId, n: number): JobOf<'model_migration'> {
  const { tenant_id: _, ...job } = newJob();
  const job_id = jobId(`job_${String(n).padStart(10, '0')}${newJobId().slice(-16)}`);
  return { ...job, job_id, kind: 'model_migration', model: 'm', tenants: [owner], owner };
}

describe.each([
  ['memory', async () => memoryJobStore()],
  ['DynamoDB', async () => dynamoJobStore(await newTable('activity'))],
])('jobs in %s', (_, open) => {
  let jobs: JobStore;
  beforeAll(async () => {
    jobs = await open();
  });

  it('are created once', async () => {
    const job = newJob();
    expect(await jobs.get(job.job_id)).toBeUndefined();
    expect(await jobs.create(job)).toBe(true);
    expect(await jobs.create({ ...job, status: 'failed' })).toBe(false);
    expect(await jobs.get(job.job_id)).toEqual(job);
  });

  it('claim a subject in turn', async () => {
    const [first, second] = [newJobId(), newJobId()];
    const subject = `MODEL#${newJobId()}`;
    expect(await jobs.latest(subject)).toBeUndefined();
    expect(await jobs.claim(subject, first, undefined)).toBe(true);
    expect(await jobs.claim(subject, second, undefined)).toBe(false);
    expect(await jobs.latest(subject)).toBe(first);
    expect(await jobs.claim(subject, second, first)).toBe(true);
    expect(await jobs.claim(subject, first, first)).toBe(false);
    expect(await jobs.latest(subject)).toBe(second);
  });

  it('are written only under the version that was read', async () => {
    const job = newJob();
    expect(await jobs.save(job)).toBeUndefined();
    await jobs.create(job);
    const saved = await jobs.save({ ...job, status: 'running' });
    expect(saved).toEqual({ ...job, status: 'running', version: 1 });
    expect(await jobs.save({ ...job, status: 'failed' })).toBeUndefined();
    expect(await jobs.get(job.job_id)).toEqual(saved);
    const receipt = {
      tenant_id: job.tenant_id,
      deleted: { images: 3 },
      left: { images: 0 },
      completed_at: 'x',
    };
    const done = saved && (await jobs.save({ ...saved, status: 'completed', receipt }));
    expect(done).toMatchObject({ version: 2, receipt });
    expect(await jobs.get(job.job_id)).toEqual(done);
  });

  it('are listed newest first, by the page, with their current status', async () => {
    const owner = newTenant();
    const made = [1, 2, 3, 4, 5].map((n) => newOwned(owner, n));
    for (const job of made) await jobs.create(job);
    const [first, second, third, fourth, fifth] = made.map(({ job_id }) => job_id);
    const page = await jobs.list({ owner }, { limit: 2 });
    expect(idsOf(page)).toEqual([fifth, fourth]);
    const next = await jobs.list({ owner }, { cursor: page.nextCursor, limit: 2 });
    expect(idsOf(next)).toEqual([third, second]);
    const last = await jobs.list({ owner }, { cursor: next.nextCursor, limit: 2 });
    expect(idsOf(last)).toEqual([first]);
    expect(last.nextCursor).toBeUndefined();

    const [, , middle] = made;
    if (!middle) throw new Error('five jobs');
    const saved = await jobs.save({ ...middle, status: 'completed' });
    const completed = await jobs.list({ owner, status: 'completed' }, { limit: 1 });
    expect(completed).toEqual({ items: [saved] });
    const queued = await jobs.list({ owner, status: 'queued' }, { limit: 3 });
    expect(idsOf(queued)).toEqual([fifth, fourth, second]);
    const rest = await jobs.list({ owner, status: 'queued' }, { cursor: queued.nextCursor, limit: 3 });
    expect(idsOf(rest)).toEqual([first]);
    expect(idsOf(await jobs.list({ owner, kind: 'tenant_purge' }, { limit: 3 }))).toEqual([]);
    const cursor = page.nextCursor;
    await expect(jobs.list({ owner: newTenant() }, { cursor, limit: 2 })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  });

  it('are listed and read by their owner, and by the operator', async () => {
    const [owner, other] = [newTenant(), newTenant()];
    const [own, others, operators] = [newOwned(owner, 10), newOwned(other, 11), newJob()];
    for (const job of [own, others, operators]) expect(await jobs.create(job)).toBe(true);
    expect(await jobs.create(own)).toBe(false);
    expect(idsOf(await jobs.list({ owner }, { limit: 100 }))).toEqual([own.job_id]);
    expect(idsOf(await jobs.list({}, { limit: 100 }))).toEqual(
      expect.arrayContaining([own.job_id, others.job_id, operators.job_id]),
    );
    expect(await jobs.getOwned(owner, own.job_id)).toEqual(own);
    for (const job of [others, operators]) expect(await jobs.getOwned(owner, job.job_id)).toBeUndefined();
  });
});

const idsOf = ({ items }: { items: readonly { job_id: JobId }[] }) => items.map(({ job_id }) => job_id);

it('a job and its entries in lists are stored for 400 days, until the owner’s purge removes its entry', async () => {
  const options = await newTable('activity');
  const [jobs, table, owner] = [dynamoJobStore(options), openTable(options), newTenant()];
  const job = newOwned(owner, 1);
  await jobs.create(job);
  const sk = `JOB#${job.job_id}`;
  const entry = { pk: `TENANT#${owner}#JOBS`, sk };
  for (const key of [{ pk: sk, sk: 'JOB' }, { pk: 'JOBS', sk }, entry])
    expect((await table.get(key))?.expires_at).toBe(Date.UTC(2026, 0, 1) / 1000 + 400 * 86_400);
  await table.remove(entry);
  expect(await jobs.getOwned(owner, job.job_id)).toBeUndefined();
  expect(await jobs.get(job.job_id)).toEqual(job);
});

it('an older item, without what was added since, is read', async () => {
  const options = await newTable('activity');
  const { owner: _, errors, ...older } = newOwned(newTenant(), 1);
  const key = { pk: `JOB#${older.job_id}`, sk: 'JOB' };
  await openTable(options).put({ ...key, ...older, errors, unknown: 'x', expires_at: 1 });
  const read = await dynamoJobStore(options).get(older.job_id);
  expect(read).toEqual({ ...older, errors });
});
