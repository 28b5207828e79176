import type {
  EventReplay,
  Job,
  JobOf,
  ModelJob,
  Scan,
  StorageRemoval,
  TenantPurge,
  WebhookReplay,
} from './job.ts';

/** Renders a job without the fields that only its worker needs. */
export function jobReply(job: Job) {
  const { job_id, status, errors, errors_count, started_at, updated_at, finished_at } = job;
  return {
    ...{ job_id, status, errors, errors_count: errors_count ?? errors.length },
    ...{ started_at, updated_at },
    ...(finished_at !== undefined && { finished_at }),
    ...ownFields(job),
  };
}

function ownFields(job: Job) {
  if (job.kind === 'tenant_purge') return purgeFields(job);
  if (job.kind === 'redrive') return redriveFields(job);
  if (job.kind === 'storage_removal') return removalFields(job);
  if (job.kind === 'webhook_replay') return replayFields(job);
  if (job.kind === 'event_replay') return eventFields(job);
  return job.kind === 'scan' ? scanFields(job) : modelFields(job);
}

const removalFields = ({ kind, progress, storage_id }: StorageRemoval) => ({ kind, progress, storage_id });

const eventFields = ({ kind, progress, type, from, to, dry_run }: EventReplay) => ({
  ...{ kind, progress, event_type: type, from, to },
  ...(dry_run && { dry_run }),
});

const replayFields = ({ kind, progress, webhook_id }: WebhookReplay) => ({ kind, progress, webhook_id });

const purgeFields = ({ kind, progress, tenant_id, status, receipt }: TenantPurge) => ({
  ...{ kind, progress, tenant_id },
  ...(status === 'completed' && receipt && { receipt, result: receipt }),
});

const modelFields = ({ kind, progress, model, tenants, position }: ModelJob) => ({
  ...{ kind, progress, model },
  ...(tenants && { tenants: [...tenants] }),
  ...(position && { at_tenant: position.tenant_id }),
});

const redriveFields = ({ kind, progress, stage, tenant_id, code, since, dry_run }: JobOf<'redrive'>) => ({
  ...{ kind, progress, stage },
  ...(tenant_id !== undefined && { tenant_id }),
  ...(code !== undefined && { code }),
  ...(since !== undefined && { since }),
  ...(dry_run !== undefined && { dry_run }),
});

const scanFields = ({ kind, storage_id, progress, skipped, waiting, dry_run, source }: Scan) => ({
  ...{ kind, storage_id, skipped, progress },
  ...(source && { source }),
  ...(waiting && { waiting }),
  ...(dry_run && { dry_run }),
});
