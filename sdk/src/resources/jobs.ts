import type { CallOptions } from '../options.ts';
import { type WaitForJob, waitForJob } from '../wait-for-job.ts';
import { type Query, Resource } from './resource.ts';

/** Jobs that the tenant started. */
export class Jobs extends Resource {
  /** Lists jobs, newest first. */
  list(query: Query<'listOwnJobs'> = {}, options?: CallOptions) {
    return this.client.pages('listOwnJobs', { query }, ({ jobs }) => jobs, options);
  }

  /** Gets the status and progress of a job. */
  get(job_id: string, options?: CallOptions) {
    return this.client.call('getOwnJob', { path: { job_id } }, options);
  }

  /** Cancels a job; its unfinished work is undone. */
  cancel(job_id: string, options?: CallOptions) {
    return this.client.call('cancelOwnJob', { path: { job_id } }, options);
  }

  /** Confirms that the images which a scan found missing are gone. */
  confirm(job_id: string, options?: CallOptions) {
    return this.client.call('confirmOwnJob', { path: { job_id } }, options);
  }

  /** Lists all errors of a scan, kept for 30 days. */
  listErrors(job_id: string, query: Query<'listJobErrors'> = {}, options?: CallOptions) {
    return this.client.pages('listJobErrors', { path: { job_id }, query }, ({ errors }) => errors, options);
  }

  /** Polls a job until it ends or needs a confirmation. @returns the job; its `status` says how it ended @throws TimeoutError */
  wait(job_id: string, options: WaitForJob = {}) {
    return waitForJob((call) => this.get(job_id, call), job_id, options);
  }
}
