import { AbortError, TimeoutError } from '@deeplens/sdk';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reply, scripted } from './scripted-fetch.ts';

const job = (status: string, updated_at = status) => reply({ job_id: 'job_1', status, updated_at });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Returns what a promise settles with, while time passes at once. */
async function settled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  await vi.runAllTimersAsync();
  return promise;
}

test('a job is polled until it ends; progress is told when it has changed', async () => {
  const { client, sent } = scripted([
    job('queued'),
    job('running', '1'),
    job('running', '1'),
    job('running', '2'),
    job('completed'),
  ]);
  const seen: string[] = [];
  const onProgress = ({ status, updated_at }: { status: string; updated_at: string }) =>
    seen.push(`${status} ${updated_at}`);
  expect(await settled(client.jobs.wait('job_1', { onProgress }))).toMatchObject({ status: 'completed' });
  expect(sent.map(({ path }) => path)).toEqual(Array.from({ length: 5 }, () => '/jobs/job_1'));
  expect(seen).toEqual(['queued queued', 'running 1', 'running 2', 'completed completed']);
});

test.each(['completed', 'failed', 'cancelled', 'needs_confirmation'])(
  'a job that is %s is returned',
  async (status) => {
    const { client, sent } = scripted([job('running'), job(status)]);
    expect(await settled(client.admin.jobs.wait('job_1'))).toMatchObject({ status });
    expect(sent.map(({ path }) => path)).toEqual(['/admin/jobs/job_1', '/admin/jobs/job_1']);
  },
);

test('polls are at most five seconds apart, and a quarter more', async () => {
  const at: number[] = [];
  const { client } = scripted([
    () => {
      at.push(Date.now());
      return job(at.length < 20 ? 'running' : 'completed');
    },
  ]);
  await settled(client.jobs.wait('job_1'));
  const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  expect(waits[0]).toBeLessThan(500);
  expect(Math.max(...waits)).toBeGreaterThan(3_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(6_251);
});

test('a wait ends at its limit, and when it is aborted', async () => {
  const { client } = scripted([job('running')]);
  await expect(settled(client.jobs.wait('job_1', { timeoutMs: 20_000 }))).rejects.toThrow(TimeoutError);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 3_000);
  await expect(settled(client.jobs.wait('job_1', { signal: controller.signal }))).rejects.toThrow(AbortError);
});
