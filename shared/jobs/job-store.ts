import type { JobId } from '#shared/kernel/ids.ts';
import type { Job } from './job.ts';

/** Work that goes on in the background. */
export interface JobStore {
  /** @returns false where the id exists */
  create(job: Job): Promise<boolean>;
  /** The operator's: a job outlives the tenant that it is about. */
  get(job: JobId): Promise<Job | undefined>;
  /**
   * Writes the job, under the next version, if it is still the version that was read.
   * @returns the job as it was written; undefined where somebody else wrote it meanwhile
   */
  save<Kind extends Job>(job: Kind): Promise<Kind | undefined>;
  /**
   * Makes the job the one that works on the subject, if the last one that did is the one that was read.
   * @param subject of which one job at a time may be, such as `model#name`
   * @param last the job that `latest` told
   * @returns whether it is
   */
  claim(subject: string, job: JobId, last: JobId | undefined): Promise<boolean>;
  /** The job that claimed the subject last. */
  latest(subject: string): Promise<JobId | undefined>;
}
