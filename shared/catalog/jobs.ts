import type { JobId } from '#shared/domain/ids.ts';
import type { Job } from '#shared/domain/job.ts';

/** Work that goes on in the background. */
export interface JobCatalog {
  /** @returns false where the id exists */
  create(job: Job): Promise<boolean>;
  /** The operator's: a job outlives the tenant that it is about. */
  get(job: JobId): Promise<Job | undefined>;
  /**
   * Writes the job, under the next version, if it is still the version that was read.
   * @returns the job as it was written; undefined where somebody else wrote it meanwhile
   */
  save(job: Job): Promise<Job | undefined>;
}
