import type { Job, Redrive } from '#shared/jobs/job.ts';
import { queuedFields, type StartJobPorts, startJob } from '#shared/jobs/start-job.ts';
import { newJobId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';

interface Ports extends StartJobPorts {
  tenants: Pick<TenantStore, 'get'>;
}

/** The filter of a redrive. */
export type RedriveRequest = Pick<Redrive, 'stage' | 'tenant_id' | 'code' | 'since' | 'dry_run'>;

/** Starts a job that retries failed images. @throws Problem `not_found` for an unknown tenant */
export const startRedrive =
  (ports: Ports) =>
  async (request: RedriveRequest): Promise<Job> => {
    const { tenants, now = () => new Date() } = ports;
    const { tenant_id } = request;
    if (tenant_id !== undefined && !(await tenants.get(tenant_id)))
      throw new Problem('not_found', `There is no tenant ${tenant_id}.`);
    return startJob(ports)({
      ...request,
      kind: 'redrive',
      job_id: newJobId(),
      ...queuedFields('count', now()),
    });
  };
