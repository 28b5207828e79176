import type { Job } from '#shared/jobs/job.ts';
import { queuedFields, type StartJobPorts, startJob } from '#shared/jobs/start-job.ts';
import { newJobId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';

interface Ports extends StartJobPorts {
  tenants: Pick<TenantStore, 'beginPurge'>;
}

/**
 * Starts the removal of a tenant: its keys are refused from the next call on, and a job removes the rest. Called again,
 * it returns the same job, and enqueues it again if it has failed or stalled.
 * @throws Problem `not_found`, also once the tenant is gone
 */
export const startPurge =
  (ports: Ports) =>
  async (tenant: TenantId): Promise<{ job: Job; before: Tenant; after: Tenant }> => {
    const { tenants, now = () => new Date() } = ports;
    const begun = await tenants.beginPurge(tenant, newJobId());
    const job_id = begun?.after.purge_job_id;
    if (!begun || !job_id) throw new Problem('not_found', `There is no tenant ${tenant}.`);
    const job = await startJob(ports)({
      ...{ job_id, kind: 'tenant_purge', tenant_id: tenant },
      ...queuedFields('start', now()),
    });
    return { ...begun, job };
  };
