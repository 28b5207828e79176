import type { JobQueue } from '#shared/jobs/job-queue.ts';
import type { JobId } from '#shared/kernel/ids.ts';

/** Records sent messages, for tests. */
export function memoryJobQueue(): JobQueue & { readonly sent: { job: JobId; delaySeconds: number }[] } {
  const sent: { job: JobId; delaySeconds: number }[] = [];
  return {
    sent,
    async send(job, delaySeconds = 0) {
      sent.push({ job, delaySeconds });
    },
  };
}
