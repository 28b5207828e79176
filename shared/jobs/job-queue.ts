import type { JobId } from '#shared/kernel/ids.ts';

/** Starts work that goes on in the background. At least once: the same job may be told again, also while it runs. */
export interface JobQueue {
  /**
   * @param delaySeconds how long nobody shall hear of it; 15 minutes at most
   * @throws Problem `dependency_unavailable` where it was not accepted
   */
  send(job: JobId, delaySeconds?: number): Promise<void>;
}
