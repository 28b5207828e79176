import { TimeoutError } from './errors.ts';
import type { Job } from './generated/types.gen.ts';
import type { CallOptions } from './options.ts';
import { sleep } from './sleep.ts';

export interface WaitForJob {
  /** Called with the job whenever it has changed. */
  onProgress?: (job: Job) => void;
  /** The longest time to wait, in milliseconds; by default as long as it takes. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/** Bounds of the time between polls, in milliseconds; it grows by half each time. */
const FIRST_POLL_MS = 300;
const LAST_POLL_MS = 5_000;

/** Yields the milliseconds to wait before each poll. */
export function* pollWaits(): Generator<number, never, undefined> {
  for (let ms = FIRST_POLL_MS; ; ms = Math.min(ms * 1.5, LAST_POLL_MS)) yield ms * (0.75 + Math.random() / 2);
}

/** Polls a job until it is neither queued nor running. @throws TimeoutError */
export async function waitForJob(
  get: (options: CallOptions) => PromiseLike<Job>,
  job_id: string,
  { onProgress, timeoutMs = Number.POSITIVE_INFINITY, signal }: WaitForJob,
): Promise<Job> {
  const end = Date.now() + timeoutMs;
  let shown: string | undefined;
  for (const waits = pollWaits(); ; ) {
    const job = await get({ signal });
    if (job.updated_at !== shown) onProgress?.(job);
    shown = job.updated_at;
    if (job.status !== 'queued' && job.status !== 'running') return job;
    const waitMs = waits.next().value;
    if (Date.now() + waitMs > end)
      throw new TimeoutError(`${job_id} is still ${job.status} after ${timeoutMs} ms; wait for it again.`);
    await sleep(waitMs, signal);
  }
}
