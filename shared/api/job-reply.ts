import type { Job } from '#shared/domain/job.ts';

/** A receipt is one once all is done. */
export const jobReply = ({
  job_id,
  kind,
  tenant_id,
  status,
  progress,
  errors,
  started_at,
  finished_at,
  receipt,
}: Job) => ({
  job_id,
  kind,
  tenant_id,
  status,
  progress,
  errors,
  started_at,
  ...(finished_at && { finished_at }),
  ...(status === 'completed' && receipt && { receipt }),
});
