import type { TenantPurge } from '#shared/jobs/job.ts';
import type { JobWriter } from '#shared/jobs/job-writer.ts';
import type { JobRunner } from '#shared/jobs/run-job.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import type { TenantData } from './tenant-data.ts';

export interface PurgePorts {
  tenants: Pick<TenantStore, 'get' | 'remove'>;
  /** All stores that have data of tenants, except the profile, in the order in which they are emptied. */
  stores: readonly TenantData[];
  /** Seconds in which calls and events in flight may still write after the last removal, before the final count. */
  settleSeconds: number;
  now?: () => Date;
}

/** The step of a job that has not begun, or begins again. */
const START = 'start';
/** The pause before the final count. */
const SETTLING = 'settling';
/** Only the profile is left: from here on the id may belong to another tenant at any moment. */
const CLOSING = 'closing';

type Writer = JobWriter<TenantPurge>;

/**
 * Removes all data of a tenant, a slice at a time. Once every store was found empty, it waits and counts again. Only if
 * nothing is left, it removes the profile and issues the receipt.
 */
export const purgeTenant = (ports: PurgePorts): JobRunner<'tenant_purge'> => ({
  retries: 'queue',
  async advance(writer) {
    if (writer.job.step === CLOSING) return close(ports, writer);
    await checkOwner(ports, writer.job);
    if (writer.job.step === SETTLING) {
      const pause = remainingPause(ports, writer.job);
      if (pause > 0) return pause;
      return (await isEmpty(ports, writer)) ? close(ports, writer) : 0;
    }
    await removeSlice(ports, writer);
    return writer.job.step === SETTLING ? ports.settleSeconds : 0;
  },
});

/** @throws if the tenant is not this job's to remove: its id may have been given to another */
async function checkOwner({ tenants }: PurgePorts, { tenant_id, job_id }: TenantPurge): Promise<void> {
  const tenant = await tenants.get(tenant_id);
  if (tenant?.state !== 'purging' || tenant.purge_job_id !== job_id) {
    throw new Error(`${tenant_id} is not for ${job_id} to remove`);
  }
}

/** Goes on with the next store once nothing more is found in this one; after the last comes the pause. */
async function removeSlice({ stores }: PurgePorts, writer: Writer): Promise<void> {
  const { tenant_id, progress, step } = writer.job;
  const index = Math.max(
    0, // a new job begins with the first
    stores.findIndex(({ store }) => store === step),
  );
  const current = stores[index];
  if (!current) throw new Error('There is no store to empty');
  const removed = await current.removeSome(tenant_id);
  await writer.write({
    progress: { ...progress, [current.store]: (progress[current.store] ?? 0) + removed },
    step: removed > 0 ? current.store : (stores[index + 1]?.store ?? SETTLING),
  });
}

/** Counts what is left in every store, and writes the receipt if that is nothing; otherwise the removal begins again. */
async function isEmpty(ports: PurgePorts, writer: Writer): Promise<boolean> {
  const { tenant_id, progress } = writer.job;
  const left: Record<string, number> = {};
  for (const each of ports.stores) left[each.store] = await each.count(tenant_id);
  if (Object.values(left).some((count) => count > 0)) {
    await writer.write({ step: START });
    return false;
  }
  const receipt = {
    tenant_id,
    deleted: { ...progress, profile: 1 },
    left: { ...left, profile: 0 },
    completed_at: timeOf(ports).toISOString(),
  };
  await writer.write({ step: CLOSING, receipt });
  return true;
}

async function close(ports: PurgePorts, writer: Writer): Promise<'done'> {
  const { tenant_id, job_id } = writer.job;
  await ports.tenants.remove(tenant_id, job_id);
  await writer.write({ status: 'completed', step: 'done', finished_at: timeOf(ports).toISOString() });
  return 'done';
}

/** @returns seconds */
const remainingPause = (ports: PurgePorts, { updated_at }: TenantPurge): number =>
  ports.settleSeconds - (timeOf(ports).getTime() - Date.parse(updated_at)) / 1000;

const timeOf = ({ now = () => new Date() }: PurgePorts): Date => now();
