import { Problem } from '#shared/kernel/problems.ts';
import type { Job } from './job.ts';
import type { JobStore } from './job-store.ts';

const KEPT_ERRORS = 20;

/** Somebody else has written the job: they go on with it, or have ended it. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** A job as it was last written, and how to write it. */
export interface JobPen<Kind extends Job> {
  readonly job: Kind;
  /** @throws Overtaken */
  write(change: Partial<Kind>): Promise<void>;
  /** Keeps what went wrong with the job, each thing once. @throws Overtaken */
  noteError(error: unknown, change?: Partial<Kind>): Promise<void>;
}

/** The one who works on a job that was read: each note is written on condition that nobody else has written. */
export function jobPen<Kind extends Job>(jobs: JobStore, read: Kind, now: () => Date): JobPen<Kind> {
  let job = read;
  const write = async (change: Partial<Kind>): Promise<void> => {
    const next = { ...job, status: 'running' as const, ...change, updated_at: now().toISOString() };
    const saved = await jobs.save<Kind>(next);
    if (!saved) throw new Overtaken(job.job_id);
    job = saved;
  };
  return {
    get job() {
      return job;
    },
    write,
    async noteError(error, change = {}) {
      const entry = entryOf(error);
      const others = job.errors.filter(({ detail }) => detail !== entry.detail);
      await write({ ...change, errors: [...others, entry].slice(-KEPT_ERRORS) });
    },
  };
}

const entryOf = (error: unknown): Job['errors'][number] =>
  error instanceof Problem
    ? { code: error.code, detail: error.message }
    : { code: 'internal_error', detail: 'Something went wrong on our side; the log says what.' };
