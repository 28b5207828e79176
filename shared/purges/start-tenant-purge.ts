import type { Job, TenantPurge } from '#shared/jobs/job.ts';
import type { JobQueue } from '#shared/jobs/job-queue.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import { type JobId, newJobId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';

interface Ports {
  tenants: Pick<TenantStore, 'beginPurge'>;
  jobs: JobStore;
  queue: JobQueue;
  now?: () => Date;
}

/** Nothing was heard of a running job for so long: its message is lost. A pause takes 15 minutes at most. */
const STALLED_MS = 30 * 60_000;

/**
 * Ends a tenant: its keys are refused from the next call on, and a job removes the rest. Called again, it gives the
 * same job, and gives it a push where it has failed or is stuck.
 * @throws Problem `not_found`, also once the tenant is gone
 */
export const startPurge =
  ({ tenants, jobs, queue, now = () => new Date() }: Ports) =>
  async (tenant: TenantId): Promise<{ job: TenantPurge; before: Tenant; after: Tenant }> => {
    const begun = await tenants.beginPurge(tenant, newJobId());
    const job_id = begun?.after.purge_job_id;
    if (!begun || !job_id) throw new Problem('not_found', `There is no tenant ${tenant}.`);
    const at = now().toISOString();
    const fresh: TenantPurge = {
      job_id,
      kind: 'tenant_purge',
      tenant_id: tenant,
      status: 'queued',
      step: 'start',
      progress: {},
      errors: [],
      started_at: at,
      updated_at: at,
      version: 0,
    };
    const known = (await jobs.create(fresh)) ? fresh : await jobs.get(job_id);
    if (known?.kind !== 'tenant_purge')
      throw new Problem('dependency_unavailable', 'The job has just gone. Try again.');
    const job = known.status === 'failed' ? await requeue(jobs, known, at) : known;
    if (job.status === 'queued' || isStalled(job, at)) await queue.send(job_id);
    return { ...begun, job };
  };

/** Where somebody else was faster, it is queued by them. */
const requeue = async (jobs: JobStore, job: TenantPurge, at: string): Promise<TenantPurge> =>
  (await jobs.save({ ...job, status: 'queued', updated_at: at })) ?? { ...job, status: 'queued' };

const isStalled = ({ status, updated_at }: Job, at: string): boolean =>
  status === 'running' && Date.parse(at) - Date.parse(updated_at) > STALLED_MS;

/** @throws Problem `not_found` */
export const findJob =
  ({ jobs }: Pick<Ports, 'jobs'>) =>
  async (id: JobId): Promise<Job> => {
    const job = await jobs.get(id);
    if (!job) throw new Problem('not_found', `There is no job ${id}.`);
    return job;
  };
