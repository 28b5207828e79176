import { Problem, type ProblemCode } from '#shared/kernel/problems.ts';
import type { JobKind } from '#shared/kernel/vocabulary.ts';
import type { Job, JobOf } from './job.ts';
import type { JobQueue } from './job-queue.ts';
import type { JobStore } from './job-store.ts';

/** All kinds but the purge, which cannot be undone. */
export type CancellableKind = Exclude<JobKind, 'tenant_purge'>;

interface Ports {
  jobs: JobStore;
  /** The queue of each kind's worker, which undoes the unfinished work. */
  queues: { readonly [Kind in CancellableKind]: JobQueue };
  now?: () => Date;
}

/**
 * Ends a job; its worker undoes in the background what the job has begun.
 * @param finished the code for a job that has ended
 * @throws Problem that code, or `conflict` for a purge; `dependency_unavailable` if the job was written meanwhile
 */
export const cancelJob =
  ({ jobs, queues, now }: Ports) =>
  async (job: Job, finished: ProblemCode = 'job_finished'): Promise<JobOf<CancellableKind>> => {
    if (job.kind === 'tenant_purge')
      throw new Problem('conflict', 'The removal of a tenant cannot be cancelled.');
    if (!isActive(job)) throw new Problem(finished, `The job ${job.job_id} is ${job.status}.`);
    return endJob({ jobs, queue: queues[job.kind], now })(job);
  };

/** Writes a job as cancelled and enqueues it. @throws Problem `dependency_unavailable` if the job was written meanwhile */
export const endJob =
  ({
    jobs,
    queue,
    now = () => new Date(),
  }: {
    jobs: JobStore;
    queue: JobQueue;
    now?: (() => Date) | undefined;
  }) =>
  async <Ended extends Job>(job: Ended): Promise<Ended> => {
    const at = now().toISOString();
    const ended = await jobs.save<Ended>({ ...job, status: 'cancelled', finished_at: at, updated_at: at });
    if (!ended)
      throw new Problem('dependency_unavailable', 'The job was written meanwhile. Try again.', {
        retryAfter: 1,
      });
    await queue.send(job.job_id);
    return ended;
  };

export const isActive = ({ status }: Pick<Job, 'status'>): boolean =>
  status === 'queued' || status === 'running';
