import type { JobId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Job } from './job.ts';
import type { JobStore } from './job-store.ts';

/**
 * Finds a job, of any tenant, or of the one that owns it.
 * @throws Problem `not_found`, also for a job of another tenant
 */
export const findJob =
  ({ jobs }: { jobs: JobStore }) =>
  async (id: JobId, owner?: TenantId): Promise<Job> => {
    const job = await (owner === undefined ? jobs.get(id) : jobs.getOwned(owner, id));
    if (!job) throw new Problem('not_found', `There is no job ${id}.`);
    return job;
  };
