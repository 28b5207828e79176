import type { ModelJob } from '#shared/jobs/job.ts';
import type { JobQueue } from '#shared/jobs/job-queue.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import { type JobId, newJobId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';

export interface StartPorts {
  jobs: JobStore;
  queue: JobQueue;
  tenants: Pick<TenantStore, 'get'>;
  /** What the service has. */
  installed: readonly string[];
  now?: () => Date;
}

/** What a job is to do. */
export type ModelRequest = Pick<ModelJob, 'kind' | 'model' | 'tenants' | 'cut_over' | 'mend' | 'into'>;

/** Nothing was heard of a running job for so long: its message is lost. A pause takes two minutes at most. */
const STALLED_MS = 15 * 60_000;

/** Of a model, one job at a time is the operator's; a tenant that adds a model to its own has one beside it. */
export const operatorsSubject = ({ model }: Pick<ModelJob, 'model'>): string => `MODEL#${model}`;
export const tenantsSubject = (model: string, tenant: TenantId): string => `MODEL#${model}#${tenant}`;

/**
 * Starts a job about a model. Asked for the same while it runs, it gives that job, and a push where nothing was heard of
 * it; a rollback ends the migration that runs.
 * @throws Problem `not_found` for a model or a tenant that is not there; `conflict` while another job about the model runs
 */
export const startModelJob =
  (ports: StartPorts) =>
  async (request: ModelRequest, subject: string = operatorsSubject(request)): Promise<ModelJob> => {
    const { jobs, queue, now = () => new Date() } = ports;
    await checkNames(ports, request);
    const last = await jobs.latest(subject);
    const running = last && (await runningJob(jobs, last));
    const at = now().toISOString();
    if (running && isSame(running, request)) {
      if (running.status === 'queued' || isStalled(running, at)) await queue.send(running.job_id);
      return running;
    }
    if (running && !(request.kind === 'model_rollback' && running.kind === 'model_migration'))
      throw runningProblem(request.model, running.job_id);
    if (running) await endJob(ports, running, at);
    const job: ModelJob = {
      ...request,
      job_id: newJobId(),
      status: 'queued',
      step: 'begin',
      progress: {},
      errors: [],
      started_at: at,
      updated_at: at,
      version: 0,
    };
    if (!(await jobs.claim(subject, job.job_id, last))) throw runningProblem(request.model);
    await jobs.create(job);
    await queue.send(job.job_id);
    return job;
  };

/**
 * Ends a job before its end; what it has begun is taken back in the background.
 * @throws Problem `not_found`; `conflict` for one that has ended, or that removes a tenant
 */
export const cancelModelJob =
  (ports: Pick<StartPorts, 'jobs' | 'queue' | 'now'>) =>
  async (id: JobId): Promise<ModelJob> => {
    const { jobs, now = () => new Date() } = ports;
    const job = await jobs.get(id);
    if (!job) throw new Problem('not_found', `There is no job ${id}.`);
    if (job.kind === 'tenant_purge')
      throw new Problem('conflict', 'The removal of a tenant cannot be taken back.');
    if (!isActive(job)) throw new Problem('conflict', `The job ${id} is ${job.status}.`);
    return endJob(ports, job, now().toISOString());
  };

async function endJob(
  { jobs, queue }: Pick<StartPorts, 'jobs' | 'queue'>,
  job: ModelJob,
  at: string,
): Promise<ModelJob> {
  const ended = await jobs.save<ModelJob>({ ...job, status: 'cancelled', finished_at: at, updated_at: at });
  if (!ended)
    throw new Problem('dependency_unavailable', 'The job has just gone on. Try again.', { retryAfter: 1 });
  await queue.send(job.job_id);
  return ended;
}

async function checkNames(
  { tenants, installed }: StartPorts,
  { model, tenants: named = [] }: ModelRequest,
): Promise<void> {
  if (!installed.includes(model))
    throw new Problem('not_found', `There is no model ${model}; there is ${installed.join(', ')}.`);
  for (const tenant of named)
    if (!(await tenants.get(tenant))) throw new Problem('not_found', `There is no tenant ${tenant}.`);
}

/** Undefined where it has ended, or was claimed for and never made. */
async function runningJob(jobs: JobStore, id: JobId): Promise<ModelJob | undefined> {
  const job = await jobs.get(id);
  return job && job.kind !== 'tenant_purge' && isActive(job) ? job : undefined;
}

const isStalled = ({ updated_at }: ModelJob, at: string): boolean =>
  Date.parse(at) - Date.parse(updated_at) > STALLED_MS;

const isActive = ({ status }: ModelJob): boolean => status === 'queued' || status === 'running';

const isSame = (job: ModelJob, request: ModelRequest): boolean =>
  JSON.stringify(partsOf(job)) === JSON.stringify(partsOf(request));

const partsOf = ({ kind, model, tenants, cut_over, mend, into }: ModelRequest) => [
  ...[kind, model, tenants ? [...tenants].sort() : null],
  ...[cut_over ?? null, mend ?? null, into ?? null],
];

const runningProblem = (model: string, job?: JobId): Problem =>
  new Problem(
    'conflict',
    `Another job about ${model} is running${job ? `: ${job}` : ''}. Wait for its end, or cancel it.`,
  );
