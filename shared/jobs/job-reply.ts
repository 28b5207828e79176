import type { Job } from './job.ts';

/** Renders a job without the fields that only its worker needs. */
export function jobReply(job: Job) {
  const { job_id, status, progress, errors, errors_count, started_at, updated_at, finished_at } = job;
  return {
    ...{ job_id, status, progress, errors, errors_count: errors_count ?? errors.length },
    ...{ started_at, updated_at },
    ...(finished_at !== undefined && { finished_at }),
    ...ofKind(job),
  };
}

function ofKind(job: Job) {
  const { kind } = job;
  if (kind === 'tenant_purge') {
    const { tenant_id, status, receipt } = job;
    return { kind, tenant_id, ...(status === 'completed' && receipt && { receipt, result: receipt }) };
  }
  if (kind === 'redrive') {
    const { stage, tenant_id, code, since, dry_run } = job;
    return {
      ...{ kind, stage },
      ...(tenant_id !== undefined && { tenant_id }),
      ...(code !== undefined && { code }),
      ...(since !== undefined && { since }),
      ...(dry_run !== undefined && { dry_run }),
    };
  }
  if (kind === 'storage_removal') return { kind, storage_id: job.storage_id };
  const { model, tenants, position } = job;
  return {
    ...{ kind, model },
    ...(tenants && { tenants: [...tenants] }),
    ...(position && { at_tenant: position.tenant_id }),
  };
}
