import type { Job } from './job.ts';

/** Renders a job without the fields that only its worker needs. */
export function jobReply(job: Job) {
  const { job_id, status, progress, errors, errors_count, started_at, updated_at, finished_at } = job;
  return {
    ...{ job_id, status, progress, errors, errors_count: errors_count ?? errors.length },
    ...{ started_at, updated_at },
    ...(finished_at !== undefined && { finished_at }),
    ...(job.kind === 'tenant_purge'
      ? {
          kind: job.kind,
          tenant_id: job.tenant_id,
          ...(status === 'completed' && job.receipt && { receipt: job.receipt, result: job.receipt }),
        }
      : {
          kind: job.kind,
          model: job.model,
          ...(job.tenants && { tenants: [...job.tenants] }),
          ...(job.position && { at_tenant: job.position.tenant_id }),
        }),
  };
}
