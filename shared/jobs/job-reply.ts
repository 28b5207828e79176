import type { Job } from './job.ts';

/** A job without what only its worker needs. A receipt is one once all is done. */
export function jobReply(job: Job) {
  const { job_id, status, progress, errors, started_at, finished_at } = job;
  return {
    ...{ job_id, status, progress, errors, started_at },
    ...(finished_at !== undefined && { finished_at }),
    ...(job.kind === 'tenant_purge'
      ? {
          kind: job.kind,
          tenant_id: job.tenant_id,
          ...(status === 'completed' && job.receipt && { receipt: job.receipt }),
        }
      : {
          kind: job.kind,
          model: job.model,
          ...(job.tenants && { tenants: [...job.tenants] }),
          ...(job.position && { at_tenant: job.position.tenant_id }),
        }),
  };
}
