import { endJob, isActive } from '#shared/jobs/cancel-job.ts';
import { isModelJob, type Job, type JobOf, type ModelJob } from '#shared/jobs/job.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import { queuedFields, resumeJob, type StartJobPorts, startJob } from '#shared/jobs/start-job.ts';
import { type JobId, newJobId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ModelJobKind } from '#shared/kernel/vocabulary.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';

export interface StartPorts extends StartJobPorts {
  tenants: Pick<TenantStore, 'get'>;
  /** The installed models. */
  installed: readonly string[];
}

type Wanted = 'model' | 'tenants' | 'cut_over' | 'mend' | 'into';
type RequestOf<Kind extends ModelJobKind> = Pick<JobOf<Kind>, 'kind' | Extract<keyof JobOf<Kind>, Wanted>>;
/** The work that a job is started with. */
export type ModelRequest = { [Kind in ModelJobKind]: RequestOf<Kind> }[ModelJobKind];

/** At most one job of the operator runs per model, and one of each tenant that adds the model. */
const subjectOf = (model: string, owner: TenantId | undefined): string =>
  `MODEL#${model}${owner === undefined ? '' : `#${owner}`}`;

/**
 * Starts a job about a model. The same request returns the job that runs already, and enqueues it again if it has
 * stalled; a rollback cancels the migration that runs.
 * @param owner the tenant that starts it; absent: the operator
 * @throws Problem `not_found` for an unknown model or tenant; `conflict` while another job about the model runs
 */
export const startModelJob =
  (ports: StartPorts) =>
  async (request: ModelRequest, owner?: TenantId): Promise<Job> => {
    const { jobs, now = () => new Date() } = ports;
    const { model } = request;
    await checkNames(ports, request);
    const subject = subjectOf(model, owner);
    const last = await jobs.latest(subject);
    const running = last && (await activeJob(jobs, last));
    if (running && isSame(running, request)) return resumeJob(ports)(running);
    if (running && !(request.kind === 'model_rollback' && running.kind === 'model_migration'))
      throw runningProblem(model, running.job_id);
    if (running) await endJob(ports)(running);
    const job_id = newJobId();
    const job: ModelJob = { ...request, job_id, owner, ...queuedFields('begin', now()) };
    if (!(await jobs.claim(subject, job_id, last))) throw runningProblem(model);
    return startJob(ports)(job);
  };

/** Returns the operator's last job about a model. */
export const lastModelJob = ({ jobs }: { jobs: JobStore }, model: string): Promise<JobId | undefined> =>
  jobs.latest(subjectOf(model, undefined));

async function checkNames(
  { tenants, installed }: StartPorts,
  { model, tenants: named = [] }: ModelRequest,
): Promise<void> {
  if (!installed.includes(model))
    throw new Problem('not_found', `There is no model ${model}; there is ${installed.join(', ')}.`);
  for (const tenant of named)
    if (!(await tenants.get(tenant))) throw new Problem('not_found', `There is no tenant ${tenant}.`);
}

/** Returns undefined if the job has ended, or was claimed and never created. */
async function activeJob(jobs: JobStore, id: JobId): Promise<ModelJob | undefined> {
  const job = await jobs.get(id);
  return job && isModelJob(job) && isActive(job) ? job : undefined;
}

const isSame = (job: ModelJob, request: ModelRequest): boolean =>
  JSON.stringify(partsOf(job)) === JSON.stringify(partsOf(request));

const partsOf = ({ kind, model, tenants, ...rest }: ModelRequest | ModelJob) => [
  ...[kind, model, tenants ? [...tenants].sort() : null],
  ...[
    'cut_over' in rest ? (rest.cut_over ?? null) : null,
    'mend' in rest ? (rest.mend ?? null) : null,
    'into' in rest ? (rest.into ?? null) : null,
  ],
];

const runningProblem = (model: string, job?: JobId): Problem =>
  new Problem(
    'conflict',
    `Another job about ${model} is running${job ? `: ${job}` : ''}. Wait until it ends, or cancel it.`,
  );
