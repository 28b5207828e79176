import type { CallOptions } from '../options.ts';
import { type WaitForJob, waitForJob } from '../wait-for-job.ts';
import { type Query, Resource } from './resource.ts';

/** Jobs of all tenants: for operators. */
export class AdminJobs extends Resource {
  /** Lists jobs, newest first. */
  list(query: Query<'listJobs'> = {}, options?: CallOptions) {
    return this.client.pages('listJobs', { query }, ({ jobs }) => jobs, options);
  }

  /** Gets the status and progress of a job. */
  get(job_id: string, options?: CallOptions) {
    return this.client.call('getJob', { path: { job_id } }, options);
  }

  /** Cancels a job; its unfinished work is undone. */
  cancel(job_id: string, options?: CallOptions) {
    return this.client.call('cancelJob', { path: { job_id } }, options);
  }

  /** Polls a job until it ends or needs a confirmation. @returns the job; its `status` says how it ended @throws TimeoutError */
  wait(job_id: string, options: WaitForJob = {}) {
    return waitForJob((call) => this.get(job_id, call), job_id, options);
  }
}
