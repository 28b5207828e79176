import type { ModelJob } from '#shared/jobs/job.ts';
import type { JobWriter } from '#shared/jobs/job-writer.ts';
import type { JobRunner } from '#shared/jobs/run-job.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { isRetryable, Problem } from '#shared/kernel/problems.ts';
import type { ModelJobKind } from '#shared/kernel/vocabulary.ts';
import { isUsable, type Tenant } from '#shared/tenants/tenant.ts';
import { type IndexRoomPorts, reserveRoom } from './index-room.ts';
import { type ModelTask, phase, sumByKind } from './model-task.ts';

export type TenantByTenantPorts = IndexRoomPorts;

/** `next_tenant` after the last tenant. */
const NO_MORE = '';

/**
 * Runs a task for one tenant after the other. If a tenant's part fails permanently, undoes it, records it and continues;
 * the job then ends as failed.
 */
export const tenantByTenant = <Kind extends ModelJobKind>(
  ports: TenantByTenantPorts,
  task: ModelTask<Kind>,
): JobRunner<Kind> => ({
  retries: 'job',
  async advance(writer) {
    if (writer.job.step === 'begin') await begin(ports, task, writer);
    const owner = await currentTenant(ports, task, writer);
    if (owner) return visit(task, writer, owner);
    await end(ports, task, writer);
    return 'done';
  },
  async undo(job) {
    const tenant = job.position?.tenant_id ?? job.owner; // which may have prepared for the job before it began
    const owner = tenant && (await ports.tenants.get(tenant));
    if (owner && owner.state !== 'purging') await task.undoTenant?.(owner, job);
    await task.undoAll?.(job);
  },
});

type Writer = JobWriter<ModelJob>;

async function begin(ports: TenantByTenantPorts, task: ModelTask, writer: Writer): Promise<void> {
  await task.begin?.(writer.job, (adds) => reserveRoom(ports)(writer, adds));
  await writer.write({ step: 'tenants' });
}

/** Returns the tenant of the job's position, or the next one; undefined after the last. */
async function currentTenant(
  ports: TenantByTenantPorts,
  task: ModelTask,
  writer: Writer,
): Promise<Tenant | undefined> {
  for (;;) {
    const { position, next_tenant } = writer.job;
    if (position) {
      const owner = await ports.tenants.get(position.tenant_id);
      // A tenant that is being created has no images; one that is being purged will have none.
      if (owner && isUsable(owner)) return owner;
      await writer.write({ position: undefined });
      continue;
    }
    if (next_tenant === NO_MORE) return undefined;
    const { tenant, next } = await nextTenant(ports, writer.job);
    await writer.write({
      next_tenant: next,
      ...(tenant && { position: phase({ tenant_id: tenant }, task.firstPhase, ports.now()) }),
    });
  }
}

async function nextTenant(
  { tenants }: TenantByTenantPorts,
  { tenants: named, next_tenant }: ModelJob,
): Promise<{ tenant: TenantId | undefined; next: string }> {
  if (named) {
    const at = Number(next_tenant ?? 0);
    return { tenant: named[at], next: at + 1 < named.length ? String(at + 1) : NO_MORE };
  }
  const { items, nextCursor } = await tenants.list({ cursor: next_tenant, limit: 1 });
  return { tenant: items[0]?.tenant_id, next: nextCursor ?? NO_MORE };
}

/** @returns seconds to wait */
async function visit(task: ModelTask, writer: Writer, owner: Tenant): Promise<number> {
  const { job } = writer;
  if (!job.position) return 0;
  try {
    const { position, pause = 0, progress = {} } = await task.visit(owner, job.position, job);
    const isDone = position === 'done';
    await writer.write({
      progress: sumByKind(job.progress, { ...progress, ...(isDone && { tenants: 1 }) }),
      position: isDone ? undefined : position,
    });
    return pause;
  } catch (error) {
    if (!(error instanceof Problem) || isRetryable(error)) throw error;
    await task.undoTenant?.(owner, job);
    await writer.noteError(error, {
      progress: sumByKind(job.progress, { failed_tenants: 1 }),
      position: undefined,
    });
    return 0;
  }
}

async function end({ now }: TenantByTenantPorts, task: ModelTask, writer: Writer): Promise<void> {
  const failed = (writer.job.progress.failed_tenants ?? 0) > 0;
  if (failed) await task.undoAll?.(writer.job);
  else await task.end?.(writer.job);
  await writer.write({
    status: failed ? 'failed' : 'completed',
    step: 'done',
    finished_at: now().toISOString(),
  });
}
