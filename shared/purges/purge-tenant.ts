import type { TenantPurge } from '#shared/jobs/job.ts';
import type { JobQueue } from '#shared/jobs/job-queue.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import { type JobPen, jobPen, Overtaken } from '#shared/jobs/job-writer.ts';
import type { JobId } from '#shared/kernel/ids.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import type { TenantData } from './tenant-data.ts';

export interface PurgePorts {
  tenants: Pick<TenantStore, 'get' | 'remove'>;
  jobs: JobStore;
  queue: JobQueue;
  /** All that holds things of tenants, but the profile, in the order in which it is emptied. */
  places: readonly TenantData[];
  /** How long what is in flight may go on writing after the last removal: then comes the last look. */
  settleSeconds: number;
  /** When to leave the rest to the next message. */
  budgetSeconds: number;
  now?: () => Date;
}

/** `going on`: another message does the rest. `overtaken`: another run does. `finished`: there is nothing more to do. */
export type PurgeOutcome = 'finished' | 'going on' | 'overtaken';

/** A job that has not begun, or begins anew. */
const START = 'start';
/** The pause before the last look. */
const SETTLING = 'settling';
/** Nothing is left but the profile: from here on the id may be another tenant's at any moment. */
const CLOSING = 'closing';

/**
 * Removes all that is a tenant's, slice by slice, each noted in the job: the next message goes on where the last one
 * ended or broke off. Once every place was found empty, it pauses and looks again. Only where that finds nothing is the
 * profile removed and the receipt given.
 * @param last whether the message comes no more after this: then what goes wrong fails the job
 */
export const purgeTenant =
  (ports: PurgePorts) =>
  async (id: JobId, last = false): Promise<PurgeOutcome> => {
    const job = await ports.jobs.get(id);
    if (job?.kind !== 'tenant_purge' || job.status === 'completed' || job.status === 'cancelled')
      return 'finished';
    const pen = jobPen(ports.jobs, job, () => timeOf(ports));
    try {
      return await goOn(ports, pen);
    } catch (error) {
      if (error instanceof Overtaken) return 'overtaken';
      // What went wrong first is told.
      await pen.noteError(error, last ? { status: 'failed' } : {}).catch(() => undefined);
      throw error;
    }
  };

type Pen = JobPen<TenantPurge>;

async function goOn(ports: PurgePorts, pen: Pen): Promise<PurgeOutcome> {
  const deadline = timeOf(ports).getTime() + ports.budgetSeconds * 1000;
  if (pen.job.step === CLOSING) return close(ports, pen);
  await checkOwner(ports, pen.job);
  if (pen.job.step === SETTLING) {
    const pause = pauseOf(ports, pen.job);
    if (pause > 0) return later(ports, pen, pause);
    if (await lookAgain(ports, pen)) return close(ports, pen);
  }
  while (pen.job.step !== SETTLING) {
    await removeSlice(ports, pen);
    if (timeOf(ports).getTime() >= deadline) return later(ports, pen, 0);
  }
  return later(ports, pen, ports.settleSeconds);
}

/** Never another tenant's things: the id is this job's until it closes. */
async function checkOwner({ tenants }: PurgePorts, { tenant_id, job_id }: TenantPurge): Promise<void> {
  const tenant = await tenants.get(tenant_id);
  if (tenant?.state !== 'purging' || tenant.purge_job_id !== job_id) {
    throw new Error(`${tenant_id} is not for ${job_id} to remove`);
  }
}

/** A place is left once nothing more is found there; after the last one comes the pause. */
async function removeSlice({ places }: PurgePorts, pen: Pen): Promise<void> {
  const { tenant_id, progress, step } = pen.job;
  const at = Math.max(
    0,
    places.findIndex(({ place }) => place === step),
  ); // a new job begins with the first
  const here = places[at];
  if (!here) throw new Error('There is no place to empty');
  const removed = await here.removeSome(tenant_id);
  await pen.write({
    progress: { ...progress, [here.place]: (progress[here.place] ?? 0) + removed },
    step: removed > 0 ? here.place : (places[at + 1]?.place ?? SETTLING),
  });
}

/**
 * Counts what is left in every place: where it is nothing, the receipt is drawn up, else all begins anew.
 * @returns whether nothing is left
 */
async function lookAgain(ports: PurgePorts, pen: Pen): Promise<boolean> {
  const { tenant_id, progress } = pen.job;
  const left: Record<string, number> = {};
  for (const each of ports.places) left[each.place] = await each.count(tenant_id);
  if (Object.values(left).some((count) => count > 0)) {
    await pen.write({ step: START });
    return false;
  }
  const receipt = {
    tenant_id,
    deleted: { ...progress, profile: 1 },
    left: { ...left, profile: 0 },
    completed_at: timeOf(ports).toISOString(),
  };
  await pen.write({ step: CLOSING, receipt });
  return true;
}

async function close(ports: PurgePorts, pen: Pen): Promise<PurgeOutcome> {
  const { tenant_id, job_id } = pen.job;
  await ports.tenants.remove(tenant_id, job_id);
  await pen.write({ status: 'completed', step: 'done', finished_at: timeOf(ports).toISOString() });
  return 'finished';
}

async function later({ queue }: PurgePorts, pen: Pen, seconds: number): Promise<PurgeOutcome> {
  await queue.send(pen.job.job_id, seconds);
  return 'going on';
}

/** How much of the pause is left, in seconds. */
const pauseOf = (ports: PurgePorts, { updated_at }: TenantPurge): number =>
  ports.settleSeconds - (timeOf(ports).getTime() - Date.parse(updated_at)) / 1000;

const timeOf = ({ now = () => new Date() }: PurgePorts): Date => now();
