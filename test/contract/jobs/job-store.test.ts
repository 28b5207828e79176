import { beforeAll, describe, expect, it } from 'vitest';
import { openTable } from '#shared/aws/dynamodb-table.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import type { TenantPurge } from '#shared/jobs/job.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import { newJobId } from '#shared/kernel/ids.ts';
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

describe.each([
  ['memory', async () => memoryJobStore()],
  ['DynamoDB', async () => dynamoJobStore(await newTable('activity'))],
])('jobs in %s', (_, open) => {
  let jobs: JobStore;
  beforeAll(async () => {
    jobs = await open();
  });

  it('are made once', async () => {
    const job = newJob();
    expect(await jobs.get(job.job_id)).toBeUndefined();
    expect(await jobs.create(job)).toBe(true);
    expect(await jobs.create({ ...job, status: 'failed' })).toBe(false);
    expect(await jobs.get(job.job_id)).toEqual(job);
  });

  it('claim a subject one after the other', async () => {
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

  it('are written by who has read them last', async () => {
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
});

it('a job is remembered for 400 days', async () => {
  const options = await newTable('activity');
  const job = newJob();
  await dynamoJobStore(options).create(job);
  const item = await openTable(options).get({ pk: `JOB#${job.job_id}`, sk: 'JOB' });
  expect(item?.expires_at).toBe(Date.UTC(2026, 0, 1) / 1000 + 400 * 86_400);
});
