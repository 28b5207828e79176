import type { Scan } from '#shared/jobs/job.ts';
import type { JobWriter } from '#shared/jobs/job-writer.ts';
import type { ImportMessage } from './import-message.ts';
import type { ScanPorts } from './scan-ports.ts';

/** Seconds between two looks at what became of the queued objects. */
export const SETTLE_SECONDS = 3;
/** Minutes without an end of an object after which messages count as lost. */
const STUCK_MINUTES = 10;

/** Waits for what is queued; sends messages again that may be lost. @returns seconds */
export async function waitForImports(ports: ScanPorts, writer: JobWriter<Scan>): Promise<number> {
  const { job } = writer;
  if (areLate(ports, job.stirred_at ?? job.started_at)) {
    await resendImports(ports, job);
    await writer.write({ stirred_at: ports.now().toISOString() });
  }
  return SETTLE_SECONDS;
}

/** True if messages that were sent at a time, or before, may be lost. */
export const areLate = ({ now }: Pick<ScanPorts, 'now'>, since: string): boolean =>
  now().getTime() - Date.parse(since) >= STUCK_MINUTES * 60_000;

/** Sends the message of each object again that a job has queued. What has arrived already stays as it is. */
export async function resendImports({ catalogue, imports }: ScanPorts, job: Scan): Promise<void> {
  const messages: ImportMessage[] = [];
  for await (const { key, image } of catalogue.queued(job.owner, job.job_id))
    messages.push({
      ...{ tenant_id: job.owner, storage_id: job.storage_id },
      ...{ key, image_id: image, job_id: job.job_id },
    });
  await imports.sendAll(job.owner, messages);
}
