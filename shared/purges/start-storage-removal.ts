import type { Job, StorageRemoval } from '#shared/jobs/job.ts';
import { queuedFields, type StartJobPorts, startJob } from '#shared/jobs/start-job.ts';
import { newJobId, type StorageId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { EventBuses } from '#shared/storages/bucket-events.ts';
import type { StorageStore } from '#shared/storages/storage-store.ts';

interface Ports extends StartJobPorts {
  storages: Pick<StorageStore, 'beginRemoval'>;
  events: Pick<EventBuses, 'turnOff'>;
}

/**
 * Starts the removal of a storage location: no scan of it begins from now on, no event of its bucket is taken, and a job removes the rest. Called again, it
 * returns the same job, and enqueues it again if it has failed or stalled.
 * @throws Problem `not_found`, also once the location is gone
 */
export const startStorageRemoval =
  (ports: Ports) =>
  async (tenant: TenantId, storage_id: StorageId, images: StorageRemoval['images']): Promise<Job> => {
    const { storages, events, now = () => new Date() } = ports;
    const location = await storages.beginRemoval(tenant, storage_id, newJobId());
    const job_id = location?.removal_job_id;
    if (!job_id) throw new Problem('not_found', `There is no storage location ${storage_id}.`);
    // Whether or not it says that it has a bus: one may be left of an interrupted call.
    if (location.type === 's3' && location.config.role_arn) await events.turnOff(tenant, storage_id);
    return startJob(ports)({
      ...{ job_id, kind: 'storage_removal', owner: tenant, storage_id, images },
      ...queuedFields(images, now()),
    });
  };
