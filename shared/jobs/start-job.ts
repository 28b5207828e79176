import { Problem } from '#shared/kernel/problems.ts';
import type { Job } from './job.ts';
import type { JobQueue } from './job-queue.ts';
import type { JobStore } from './job-store.ts';

export interface StartJobPorts {
  jobs: JobStore;
  queue: JobQueue;
  now?: () => Date;
}

/** Minutes without a write after which a running job's message counts as lost: at least twice the kind's longest pause. */
const stalledAfterMinutes = ({ kind }: Job): number => (kind === 'tenant_purge' ? 30 : 15);

/** The fields with which every job begins. */
export const queuedFields = (step: string, now: Date) => ({
  status: 'queued' as const,
  step,
  progress: {},
  errors: [],
  started_at: now.toISOString(),
  updated_at: now.toISOString(),
  version: 0,
});

/** Creates a job and enqueues it; a job that exists is resumed. @throws Problem `dependency_unavailable` */
export const startJob =
  (ports: StartJobPorts) =>
  async (job: Job): Promise<Job> => {
    if (await ports.jobs.create(job)) {
      await ports.queue.send(job.job_id);
      return job;
    }
    const existing = await ports.jobs.get(job.job_id);
    if (!existing) throw new Problem('dependency_unavailable', 'The job was just removed. Try again.');
    return resumeJob(ports)(existing);
  };

/** Enqueues a job again that has failed, or whose message may be lost: it is still queued, or has stalled. */
export const resumeJob =
  ({ jobs, queue, now = () => new Date() }: StartJobPorts) =>
  async (job: Job): Promise<Job> => {
    const at = now();
    const current = job.status === 'failed' ? await requeue(jobs, job, at) : job;
    if (current.status === 'queued' || isStalled(current, at)) await queue.send(current.job_id);
    return current;
  };

/** Does nothing if another caller has queued the job already. */
async function requeue(jobs: JobStore, job: Job, now: Date): Promise<Job> {
  const queued = { ...job, status: 'queued' as const, finished_at: undefined, updated_at: now.toISOString() };
  return (await jobs.save(queued)) ?? queued;
}

/** Returns true if a running job's message counts as lost. */
export const isStalled = (job: Job, now: Date): boolean =>
  job.status === 'running' && now.getTime() - Date.parse(job.updated_at) > stalledAfterMinutes(job) * 60_000;
