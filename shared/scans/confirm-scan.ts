import type { Job } from '#shared/jobs/job.ts';
import type { JobQueue } from '#shared/jobs/job-queue.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import { Problem } from '#shared/kernel/problems.ts';

interface Ports {
  jobs: Pick<JobStore, 'save'>;
  queue: JobQueue;
  now?: () => Date;
}

/**
 * Lets a scan go on that found more images missing than a scan may say of itself.
 * @throws Problem `conflict` if the job does not wait for a confirmation
 */
export const confirmScan =
  ({ jobs, queue, now = () => new Date() }: Ports) =>
  async (job: Job): Promise<Job> => {
    if (job.kind !== 'scan' || job.status !== 'needs_confirmation')
      throw new Problem('conflict', `The job ${job.job_id} is ${job.status}: there is nothing to confirm.`);
    const confirmed = await jobs.save({
      ...job,
      status: 'queued' as const,
      confirmed: true,
      updated_at: now().toISOString(),
    });
    if (!confirmed) throw new Problem('conflict', 'The job was written meanwhile. Read it again.');
    await queue.send(job.job_id);
    return confirmed;
  };
