import type { Scan } from '#shared/jobs/job.ts';
import type { JobWriter } from '#shared/jobs/job-writer.ts';
import type { ScanPorts } from './scan-ports.ts';
import { added, progressOf } from './scan-progress.ts';

/** Errors that the job itself has. */
const SHOWN_ERRORS = 100;

/** Writes the job with what was counted of the listing, and what became of the queued objects so far. */
export async function writeProgress(
  { catalogue, errors, now }: ScanPorts,
  writer: JobWriter<Scan>,
  change: Partial<Scan>,
  counts: Record<string, number> = {},
  skipped: Record<string, number> = {},
): Promise<void> {
  const { job } = writer;
  const ended = job.dry_run ? {} : await catalogue.counts(job.owner, job.job_id);
  const failed = ended.failed ?? 0;
  const shown =
    failed > job.errors.length && job.errors.length < SHOWN_ERRORS
      ? (await errors.list(job.owner, job.job_id, { limit: SHOWN_ERRORS })).items
      : undefined;
  const next = { ...job, ...change };
  await writer.write({
    ...change,
    ...progressOf(next, added(job.progress, counts), added(job.skipped, skipped), ended, now()),
    ...(failed > 0 && { errors_count: failed }),
    ...(shown && { errors: shown }),
  });
}
