import type { ModelJob } from '#shared/jobs/job.ts';
import type { JobQueue } from '#shared/jobs/job-queue.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import { type JobPen, jobPen, Overtaken } from '#shared/jobs/job-writer.ts';
import type { JobId, TenantId } from '#shared/kernel/ids.ts';
import { isRetryable, Problem } from '#shared/kernel/problems.ts';
import type { ModelJobKind } from '#shared/kernel/vocabulary.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { added, phase, type Task } from './task.ts';

export interface ModelJobPorts {
  jobs: JobStore;
  queue: JobQueue;
  tenants: Pick<TenantStore, 'get' | 'list'>;
  /** What is done in a job of each kind. */
  tasks: Readonly<Record<ModelJobKind, Task>>;
  /** When to leave the rest to the next message. */
  budgetSeconds: number;
  now: () => Date;
}

/** `going on`: another message does the rest. `overtaken`: another run does. `finished`: there is nothing more to do. */
export type ModelJobOutcome = 'finished' | 'going on' | 'overtaken';

/** Failures in a row, with 2, 4, 8, … seconds between them: four minutes in all. */
const MOST_FAILURES = 8;
/** The last tenant's is done. */
const NO_MORE = '';

/**
 * Goes from tenant to tenant, noting after each small part of the work where it is: the next message goes on where the
 * last one ended or broke off. What can pass is tried again, more and more seldom; a tenant whose part fails is left as
 * it was, noted, and passed over.
 * @param last whether the message comes no more after this: then what goes wrong fails the job
 * @throws what ended the job, or kept it from being written
 */
export const runModelJob =
  (ports: ModelJobPorts) =>
  async (id: JobId, last = false): Promise<ModelJobOutcome> => {
    const job = await ports.jobs.get(id);
    if (!job || job.kind === 'tenant_purge' || job.status === 'completed' || job.status === 'failed')
      return 'finished';
    const task = ports.tasks[job.kind];
    if (job.status === 'cancelled') return takeBack(ports, task, job);
    const pen = jobPen<ModelJob>(ports.jobs, job, ports.now);
    try {
      return await goOn(ports, task, pen);
    } catch (error) {
      if (error instanceof Overtaken) return 'overtaken';
      return failed(ports, task, pen, error, last);
    }
  };

async function failed(
  { queue, now, ...ports }: ModelJobPorts,
  task: Task,
  pen: JobPen<ModelJob>,
  error: unknown,
  last: boolean,
): Promise<ModelJobOutcome> {
  const failures = (pen.job.failures ?? 0) + 1;
  if (isRetryable(error) && !last && failures < MOST_FAILURES) {
    await pen.noteError(error, { failures });
    await queue.send(pen.job.job_id, 2 ** failures);
    return 'going on';
  }
  // What went wrong first is told.
  await pen.noteError(error, { status: 'failed', finished_at: now().toISOString() }).catch(() => undefined);
  await takeBack(ports, task, pen.job).catch(() => undefined);
  throw error;
}

async function goOn(ports: ModelJobPorts, task: Task, pen: JobPen<ModelJob>): Promise<ModelJobOutcome> {
  const deadline = ports.now().getTime() + ports.budgetSeconds * 1000;
  if (pen.job.step === 'begin') {
    await task.begin?.(pen.job);
    await pen.write({ step: 'tenants' });
  }
  for (;;) {
    const owner = await ownerInWork(ports, task, pen);
    if (!owner) return end(ports, task, pen);
    const pause = await visit(task, pen, owner);
    if (pause === 0 && ports.now().getTime() < deadline) continue;
    await ports.queue.send(pen.job.job_id, pause);
    return 'going on';
  }
}

/** The tenant that the job is at, or the next one; undefined after the last. */
async function ownerInWork(
  ports: ModelJobPorts,
  task: Task,
  pen: JobPen<ModelJob>,
): Promise<Tenant | undefined> {
  for (;;) {
    const { position, next_tenant } = pen.job;
    if (position) {
      const owner = await ports.tenants.get(position.tenant_id);
      // A tenant that is being made has no pictures, one that is being removed soon has none.
      if (owner && (owner.state === 'active' || owner.state === 'suspended')) return owner;
      await pen.write({ position: undefined });
      continue;
    }
    if (next_tenant === NO_MORE) return undefined;
    const { tenant, next } = await following(ports, pen.job);
    await pen.write({
      next_tenant: next,
      ...(tenant && { position: phase({ tenant_id: tenant }, task.firstPhase, ports.now()) }),
    });
  }
}

async function following(
  { tenants }: ModelJobPorts,
  { tenants: named, next_tenant }: ModelJob,
): Promise<{ tenant: TenantId | undefined; next: string }> {
  if (named) {
    const at = Number(next_tenant ?? 0);
    return { tenant: named[at], next: at + 1 < named.length ? String(at + 1) : NO_MORE };
  }
  const { items, nextCursor } = await tenants.list({ cursor: next_tenant, limit: 1 });
  return { tenant: items[0]?.tenant_id, next: nextCursor ?? NO_MORE };
}

/** @returns how long not to go on, in seconds */
async function visit(task: Task, pen: JobPen<ModelJob>, owner: Tenant): Promise<number> {
  const { job } = pen;
  if (!job.position) return 0;
  try {
    const { position, pause = 0, progress = {} } = await task.visit(owner, job.position, job);
    const done = position === 'done';
    await pen.write({
      progress: added(job.progress, { ...progress, ...(done && { tenants: 1 }) }),
      position: done ? undefined : position,
      failures: 0,
    });
    return pause;
  } catch (error) {
    if (!(error instanceof Problem) || isRetryable(error)) throw error;
    await task.abandon?.(owner, job);
    await pen.noteError(error, {
      progress: added(job.progress, { failed_tenants: 1 }),
      position: undefined,
    });
    return 0;
  }
}

async function end(ports: ModelJobPorts, task: Task, pen: JobPen<ModelJob>): Promise<ModelJobOutcome> {
  if (pen.job.progress.failed_tenants) await task.abandonAll?.(pen.job);
  else await task.end?.(pen.job);
  await pen.write({
    status: pen.job.progress.failed_tenants ? 'failed' : 'completed',
    step: 'done',
    finished_at: ports.now().toISOString(),
  });
  return 'finished';
}

/** What a job leaves that ends before its end. */
async function takeBack(
  { tenants }: Pick<ModelJobPorts, 'tenants'>,
  task: Task,
  job: ModelJob,
): Promise<ModelJobOutcome> {
  const owner = job.position && (await tenants.get(job.position.tenant_id));
  if (owner && owner.state !== 'purging') await task.abandon?.(owner, job);
  await task.abandonAll?.(job);
  return 'finished';
}
