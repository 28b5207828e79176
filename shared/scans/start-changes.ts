import { isActive } from '#shared/jobs/cancel-job.ts';
import type { Scan } from '#shared/jobs/job.ts';
import { queuedFields, resumeJob, type StartJobPorts, startJob } from '#shared/jobs/start-job.ts';
import { newJobId, type StorageId, type TenantId } from '#shared/kernel/ids.ts';
import { CLOSING } from './changed-objects.ts';

/** Milliseconds within which a queued job's message is on its way: a burst of events sends one. */
const NEW_MS = 60_000;

/** Starts the job that looks at noted changes of a location, unless one does. */
export const startChanges =
  (ports: StartJobPorts) =>
  async (tenant: TenantId, storage_id: StorageId): Promise<void> => {
    const { jobs, now = () => new Date() } = ports;
    const subject = `CHANGES#${tenant}#${storage_id}`;
    const last = await jobs.latest(subject);
    const running = last && (await jobs.get(last));
    if (running && isActive(running) && running.step !== CLOSING) {
      const isNew = now().getTime() - Date.parse(running.updated_at) < NEW_MS;
      if (running.status !== 'queued' || !isNew) await resumeJob(ports)(running);
      return;
    }
    const job: Scan = {
      ...{ job_id: newJobId(), kind: 'scan', source: 'events', owner: tenant, storage_id },
      ...{ recursive: true, skipped: {} },
      ...queuedFields('list', now()),
    };
    // Of two events at once, one starts the job; the other's note is there before the job looks.
    if (await jobs.claim(subject, job.job_id, last)) await startJob(ports)(job);
  };
