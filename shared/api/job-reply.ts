import type { Job } from '#shared/domain/job.ts';

/** A job without what only its worker needs. A receipt is one once all is done. */
export const jobReply = ({ step, version, updated_at, receipt, ...job }: Job) => ({
  ...job,
  ...(job.status === 'completed' && receipt && { receipt }),
});
