import * as z from 'zod';
import { JobIdField } from '#shared/kernel/id-fields.ts';
import type { JobId } from '#shared/kernel/ids.ts';

/** The body of a message that starts or resumes a job. */
export const JobMessage = z.object({ job_id: JobIdField });

/** Delivers jobs to their workers, at least once: a job may come again, also while it runs. */
export interface JobQueue {
  /**
   * @param delaySeconds before delivery; at most 15 minutes
   * @throws Problem `dependency_unavailable`
   */
  send(job: JobId, delaySeconds?: number): Promise<void>;
}
