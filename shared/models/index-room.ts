import type { ImageStore } from '#shared/images/image-store.ts';
import { isModelJob, type ModelJob } from '#shared/jobs/job.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import type { JobWriter } from '#shared/jobs/job-writer.ts';
import { isStalled } from '#shared/jobs/start-job.ts';
import type { JobId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { isUsable, type Tenant } from '#shared/tenants/tenant.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';

export interface IndexRoomPorts {
  jobs: Pick<JobStore, 'list'>;
  tenants: Pick<TenantStore, 'get' | 'list'>;
  imageStore: Pick<ImageStore, 'storedOf'>;
  index: Pick<VectorIndex, 'memoryFor'>;
  dimensionOf(model: string): number;
  now: () => Date;
}

/** Returns true if the job writes documents of the tenant that its index does not hold yet. */
export type Adds = (owner: Tenant) => boolean | Promise<boolean>;

/** Tenants or jobs per batch of reads. */
const PAGE = 100;
const GB = 1e9;

/**
 * Checks that the index has memory for the documents that a job adds, and reserves it for the job until that ends.
 * @throws Problem `index_full`
 */
export const reserveRoom =
  (ports: IndexRoomPorts) =>
  async (writer: JobWriter<ModelJob>, adds: Adds): Promise<void> => {
    const { job } = writer;
    const documents = await documentsOf(ports, job, adds);
    const memory = await ports.index.memoryFor(documents, ports.dimensionOf(job.model));
    if (memory === 'unbounded' || documents === 0) return;
    // Reserve before reading what others have reserved: of two jobs at once, at least one sees the other.
    await writer.write({ memory_bytes: memory.needed });
    const reserved = await reservedByOthers(ports, job.job_id);
    if (memory.needed <= memory.left - reserved) return;
    throw new Problem(
      'index_full',
      `${documents} images by ${job.model} need ${inGb(memory.needed)} of the vector index's memory; ${inGb(memory.left)} are left${reserved > 0 ? `, of which other jobs need ${inGb(reserved)}` : ''}. Add data nodes or take larger ones, or remove a model that is no longer needed, then start the job again.`,
    );
  };

const inGb = (bytes: number): string => `${(bytes / GB).toFixed(bytes < 10 * GB ? 3 : 1)} GB`;

/** Counts the images whose documents a job adds. */
async function documentsOf(ports: IndexRoomPorts, job: ModelJob, adds: Adds): Promise<number> {
  let documents = 0;
  for await (const page of tenantsOf(ports, job)) {
    const added = await Promise.all(
      page.map(async (owner) => (isUsable(owner) && (await adds(owner)) ? [owner.tenant_id] : [])),
    );
    const stored = await ports.imageStore.storedOf(added.flat());
    for (const { images } of stored.values()) documents += images;
  }
  return documents;
}

/** Yields the tenants that a job is about, in batches. */
async function* tenantsOf(
  { tenants }: IndexRoomPorts,
  { tenants: named }: ModelJob,
): AsyncGenerator<Tenant[]> {
  if (named) {
    for (let from = 0; from < named.length; from += PAGE) {
      const ids: readonly TenantId[] = named.slice(from, from + PAGE);
      yield (await Promise.all(ids.map((id) => tenants.get(id)))).filter((owner) => owner !== undefined);
    }
    return;
  }
  let cursor: string | undefined;
  do {
    const page = await tenants.list({ cursor, limit: PAGE });
    yield page.items;
    cursor = page.nextCursor;
  } while (cursor);
}

/** Sums what running jobs have reserved: each all it needs until it ends, whatever it has written. */
async function reservedByOthers({ jobs, now }: IndexRoomPorts, own: JobId): Promise<number> {
  let reserved = 0;
  let cursor: string | undefined;
  do {
    const page = await jobs.list({ status: 'running' }, { cursor, limit: PAGE });
    for (const job of page.items)
      if (isModelJob(job) && job.job_id !== own && !isStalled(job, now())) reserved += job.memory_bytes ?? 0;
    cursor = page.nextCursor;
  } while (cursor);
  return reserved;
}
