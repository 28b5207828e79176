import type { CallOptions } from '../options.ts';
import { type Body, Resource } from './resource.ts';

/** Scans of storage locations. `jobs.wait` waits for their end. */
export class Scans extends Resource {
  /** Starts a scan. */
  start(body: Body<'startScan'>, options?: CallOptions) {
    return this.client.call('startScan', { body }, options);
  }

  /** Gets the status and progress of a scan. */
  get(job_id: string, options?: CallOptions) {
    return this.client.call('getScan', { path: { job_id } }, options);
  }

  /** Cancels a scan. */
  cancel(job_id: string, options?: CallOptions) {
    return this.client.call('cancelScan', { path: { job_id } }, options);
  }
}
