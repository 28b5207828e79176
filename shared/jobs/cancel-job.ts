import { Problem, type ProblemCode } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import type { JobKind } from '#shared/kernel/vocabulary.ts';
import type { Job, JobOf } from './job.ts';
import type { JobQueue } from './job-queue.ts';
import type { JobStore } from './job-store.ts';

/** Kinds that cannot be undone. */
type Removal = 'tenant_purge' | 'storage_removal';
export type CancellableKind = Exclude<JobKind, Removal>;

interface Ports<Kind extends CancellableKind> {
  jobs: JobStore;
  /** The queue of each kind's worker, which undoes the unfinished work. */
  queues: { readonly [Each in Kind]: JobQueue };
  now?: () => Date;
}

/** Each failed attempt means that the job's worker has written it. */
const ATTEMPTS = 20;

/**
 * Ends a job; its worker undoes in the background what the job has begun.
 * @param finished the code for a job that has ended, also while it is being cancelled
 * @throws Problem that code, or `conflict` for a removal
 */
export const cancelJob =
  <Kind extends CancellableKind>({ jobs, queues, now }: Ports<Kind>) =>
  async (job: JobOf<Kind | Removal>, finished: ProblemCode = 'job_finished'): Promise<JobOf<Kind>> => {
    const { job_id } = job;
    let current: Job = job;
    const exhausted = () =>
      new Problem('conflict', `The job ${job_id} is written without a pause. Cancel it again.`);
    return retryOnConflict({ attempts: ATTEMPTS, exhausted }, async () => {
      if (current.kind === 'tenant_purge')
        throw new Problem('conflict', 'The removal of a tenant cannot be cancelled.');
      if (current.kind === 'storage_removal')
        throw new Problem('conflict', 'The removal of a storage location cannot be cancelled.');
      if (!isActive(current)) throw new Problem(finished, `The job ${job_id} is ${current.status}.`);
      // The casts: the kind of a job does not change.
      const ended = await tryToEnd({ jobs, queue: queues[current.kind as Kind], now })(current);
      if (ended) return ended as JobOf<Kind>;
      current = (await jobs.get(job_id)) ?? current;
      return CONFLICT;
    });
  };

interface EndPorts {
  jobs: JobStore;
  queue: JobQueue;
  now?: (() => Date) | undefined;
}

/** Writes a job as cancelled and enqueues it. @returns undefined if the job was written meanwhile */
const tryToEnd =
  ({ jobs, queue, now = () => new Date() }: EndPorts) =>
  async <Ended extends Job>(job: Ended): Promise<Ended | undefined> => {
    const at = now().toISOString();
    const ended = await jobs.save<Ended>({ ...job, status: 'cancelled', finished_at: at, updated_at: at });
    if (ended) await queue.send(job.job_id);
    return ended;
  };

/**
 * As `tryToEnd`, again while the job's worker writes it. A job that has ended meanwhile stays as it is.
 * @throws Problem `dependency_unavailable` if it is written without a pause
 */
export const endJob =
  (ports: EndPorts) =>
  async <Ended extends Job>(job: Ended): Promise<Ended> => {
    let current = job;
    const exhausted = () =>
      new Problem('dependency_unavailable', 'The job is written without a pause. Try again.', {
        retryAfter: 1,
      });
    return retryOnConflict({ attempts: ATTEMPTS, exhausted }, async () => {
      const ended = await tryToEnd(ports)(current);
      if (ended) return ended;
      const read = (await ports.jobs.get(job.job_id)) ?? current;
      current = read as Ended; // the kind of a job does not change
      return isActive(read) ? CONFLICT : current;
    });
  };

export const isActive = ({ status }: Pick<Job, 'status'>): boolean =>
  status === 'queued' || status === 'running' || status === 'needs_confirmation';
