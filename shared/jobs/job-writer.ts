import { Problem } from '#shared/kernel/problems.ts';
import type { Job } from './job.ts';
import type { JobStore } from './job-store.ts';

const MAX_ERRORS = 100;

/** Another worker took over the job, or it was cancelled. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** Writes a job that was read; each write is conditional on the version before. */
export interface JobWriter<Written extends Job> {
  /** The job as last written. */
  readonly job: Written;
  /** Writes progress; sets `running` and resets the failures in a row, unless the change sets them. @throws Superseded */
  write(change: Partial<Written>): Promise<void>;
  /** Adds an error to the job's list, once per detail. @throws Superseded */
  noteError(error: unknown, change?: Partial<Written>): Promise<void>;
}

export function jobWriter<Written extends Job>(
  jobs: JobStore,
  read: Written,
  now: () => Date,
): JobWriter<Written> {
  let job = read;
  const write = async (change: Partial<Written>): Promise<void> => {
    const next = {
      ...job,
      status: 'running' as const,
      finished_at: undefined,
      failures: 0,
      ...change,
      updated_at: now().toISOString(),
    };
    const saved = await jobs.save<Written>(next);
    if (!saved) throw new Superseded(job.job_id);
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
      const isNew = others.length === job.errors.length;
      await write({
        ...change,
        errors: [...others.slice(0, MAX_ERRORS - 1), entry],
        errors_count: (job.errors_count ?? job.errors.length) + (isNew ? 1 : 0),
      });
    },
  };
}

const entryOf = (error: unknown): Job['errors'][number] =>
  error instanceof Problem
    ? { code: error.code, detail: error.message }
    : { code: 'internal_error', detail: 'Something went wrong on our side; the log has the details.' };
