import type { JobId, TenantId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { JobKind, JobStatus } from '#shared/kernel/vocabulary.ts';
import type { Job } from './job.ts';

/** Selects the jobs of a list. */
export interface JobFilter {
  /** Only jobs that this tenant owns; absent: all jobs. */
  owner?: TenantId;
  kind?: JobKind | undefined;
  status?: JobStatus | undefined;
}

export interface JobStore {
  /**
   * Stores a job and its entries in the lists, in one transaction.
   * @returns false if the id exists
   */
  create(job: Job): Promise<boolean>;
  /** Reads any job. A job outlives the tenant that it is about. */
  get(job: JobId): Promise<Job | undefined>;
  /** Reads a job that the tenant owns; after the tenant's purge there is none, though its id may be in use again. */
  getOwned(owner: TenantId, job: JobId): Promise<Job | undefined>;
  /**
   * Lists jobs, newest first.
   * @throws Problem `invalid_cursor`
   */
  list(filter: JobFilter, page: { cursor?: string | undefined; limit: number }): Promise<Page<Job>>;
  /**
   * Writes the job under the next version, if its version is still the one that was read.
   * @returns the job as written; undefined if it was written by another worker meanwhile
   */
  save<Saved extends Job>(job: Saved): Promise<Saved | undefined>;
  /**
   * Claims a subject for a job, if the last claim is still the one that was read.
   * @param subject such as `MODEL#name`
   * @param last what `latest` returned
   */
  claim(subject: string, job: JobId, last: JobId | undefined): Promise<boolean>;
  /** Returns the job that claimed the subject last. */
  latest(subject: string): Promise<JobId | undefined>;
}
