import { endJob, isActive } from '#shared/jobs/cancel-job.ts';
import type { Scan } from '#shared/jobs/job.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import { queuedFields, resumeJob, type StartJobPorts, startJob } from '#shared/jobs/start-job.ts';
import { newJobId, type StorageId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { StorageStore } from '#shared/storages/storage-store.ts';

interface Ports extends StartJobPorts {
  storages: Pick<StorageStore, 'get'>;
}

/** The scan that a caller asks for. */
export type ScanRequest = Pick<
  Scan,
  'storage_id' | 'prefix' | 'recursive' | 'file_types' | 'limit' | 'dry_run' | 'full'
>;

/** At most one scan of a location runs. */
const subjectOf = (tenant: TenantId, storage: StorageId): string => `STORAGE#${tenant}#${storage}`;

/**
 * Starts a scan. The same request returns the scan that runs already, and enqueues it again if it has stalled; a scan that
 * waits for a confirmation is cancelled.
 * @throws Problem `not_found`; `conflict` while another scan of the location runs, or the location is being removed;
 * `invalid_request` if the prefix is outside the location's
 */
export const startScan =
  (ports: Ports) =>
  async (tenant: TenantId, request: ScanRequest): Promise<Scan> => {
    const { jobs, storages, now = () => new Date() } = ports;
    const location = await storages.get(tenant, request.storage_id);
    if (!location) throw new Problem('not_found', `There is no storage location ${request.storage_id}.`);
    if (location.state !== 'active')
      throw new Problem('conflict', `The storage location ${location.storage_id} is being removed.`);
    if (request.prefix !== undefined && !request.prefix.startsWith(location.prefix))
      throw new Problem(
        'invalid_request',
        `The prefix must begin with the location's own, "${location.prefix}".`,
        {
          errors: [{ pointer: '/prefix', message: `must begin with "${location.prefix}"` }],
        },
      );
    const subject = subjectOf(tenant, request.storage_id);
    const last = await jobs.latest(subject);
    const running = last && (await activeScan(jobs, last));
    if (running && isSame(running, request) && running.status !== 'needs_confirmation') {
      const resumed = await resumeJob(ports)(running);
      return { ...running, status: resumed.status };
    }
    if (running && running.status !== 'needs_confirmation') throw runningProblem(running);
    if (running) await endJob(ports)(running);
    const job: Scan = {
      ...request,
      ...{ job_id: newJobId(), kind: 'scan', owner: tenant, skipped: {} },
      ...queuedFields('begin', now()),
    };
    if (!(await jobs.claim(subject, job.job_id, last))) throw runningProblem();
    await startJob(ports)(job);
    return job;
  };

async function activeScan(jobs: JobStore, id: Scan['job_id']): Promise<Scan | undefined> {
  const job = await jobs.get(id);
  return job?.kind === 'scan' && isActive(job) ? job : undefined;
}

const isSame = (job: Scan, request: ScanRequest): boolean =>
  JSON.stringify(partsOf(job)) === JSON.stringify(partsOf(request));

const partsOf = ({ prefix, recursive, file_types, limit, dry_run, full }: ScanRequest) => [
  ...[prefix ?? null, recursive, file_types ? [...file_types].sort() : null],
  ...[limit ?? null, dry_run ?? false, full ?? false],
];

const runningProblem = (job?: Scan): Problem =>
  new Problem(
    'conflict',
    `Another scan of the location is running${job ? `: ${job.job_id}` : ''}. Wait until it ends, or cancel it.`,
  );
