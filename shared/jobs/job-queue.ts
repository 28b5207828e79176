import { z } from 'zod';
import { JOB_ID_PATTERN, type JobId, jobId } from '#shared/kernel/ids.ts';

/** The body of a message that starts or resumes a job. */
export const JobMessage = z.object({ job_id: z.string().regex(JOB_ID_PATTERN).transform(jobId) });

/** Delivers jobs to their workers, at least once: a job may come again, also while it runs. */
export interface JobQueue {
  /**
   * @param delaySeconds before delivery; at most 15 minutes
   * @throws Problem `dependency_unavailable`
   */
  send(job: JobId, delaySeconds?: number): Promise<void>;
}
