import { describe, expect, it } from 'vitest';
import { runJob } from '#shared/jobs/run-job.ts';
import { type JobId, newStorageId, type StorageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { FairQueue } from '#shared/messaging/fair-queue.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import { ImportMessage } from '#shared/scans/import-message.ts';
import { importObject } from '#shared/scans/import-object.ts';
import { scanRunner } from '#shared/scans/run-scan.ts';
import { MAX_IN_FLIGHT } from '#shared/scans/scan-page.ts';
import { startScan } from '#shared/scans/start-scan.ts';
import { fileImaging, fileOf } from '../../fixtures/byte-files.ts';
import { storageLocation } from '../../fixtures/storage-location.ts';
import { tenantNamed } from '../../fixtures/tenant.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryCatalogue } from '../../memory/catalogue.ts';
import { memoryConnectors } from '../../memory/connectors.ts';
import { fairQueue } from '../../memory/fair-queue.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryJobErrors } from '../../memory/job-errors.ts';
import { memoryJobQueue } from '../../memory/job-queue.ts';
import { memoryJobStore } from '../../memory/job-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';
import { memoryStorageStore } from '../../memory/storage-store.ts';
import { memoryWindows } from '../../memory/window-store.ts';

const LARGE = { tenant: tenantId('large'), storage: newStorageId(), pictures: 3_000 };
const SMALL = { tenant: tenantId('small'), storage: newStorageId(), pictures: 5 };
/** Objects that are imported at once. */
const IMPORTERS = 8;

/**
 * A large scan, and, once its messages stand in the queue, a small one of another tenant.
 * @param groupOf the message group in which a tenant's messages are sent
 */
async function twoScans(groupOf: (tenant: TenantId) => string) {
  const [jobs, storages, catalogue, errors] = [
    memoryJobStore(),
    memoryStorageStore(),
    memoryCatalogue(),
    memoryJobErrors(),
  ];
  const [imageStore, publisher, connectors] = [memoryImageStore(), memoryPublisher(), memoryConnectors()];
  /** Whose objects were imported, in order, and whose were sent. */
  const [imported, sent]: [TenantId[], TenantId[]] = [[], []];
  /** Pictures of the small tenant that are in the pipeline. */
  let done = 0;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const consumed = fairQueue<ImportMessage>(IMPORTERS, async (message) => {
    await gate;
    imported.push(message.tenant_id);
    await bringIn(message);
    if (message.tenant_id === SMALL.tenant) done += 1;
    await new Promise((resolve) => setImmediate(resolve)); // others have their turn
  });
  const bringIn = async (message: ImportMessage) =>
    expect(await importObject(ports)(message)).toBe('imported');
  const imports: FairQueue = {
    name: 'imports',
    send: () => Promise.reject(new Error('sends many')),
    async sendAll(tenant, bodies) {
      for (const body of bodies) {
        sent.push(tenant);
        consumed.send(groupOf(tenant), ImportMessage.parse(body));
      }
    },
  };
  const limits = { uploads: 1e6, stored_images: 1e6 };
  const ports = {
    ...{ jobs, storages, catalogue, errors, imageStore, publisher, connectors, imports },
    ...{ imaging: fileImaging, blobs: memoryBlobs(), models: ['first'] as const, queue: memoryJobQueue() },
    now: () => new Date(),
    tenants: { get: async (tenant: TenantId) => ({ ...tenantNamed(tenant), limits }) },
    limiter: leasingLimiter(memoryWindows()),
    credentials: async () => undefined,
    purge: async () => undefined,
    visibility: { hide: async () => undefined, show: async () => undefined },
    budgetSeconds: 60,
  };
  async function scan({ tenant, storage, pictures }: typeof LARGE): Promise<JobId> {
    await addLocation(tenant, storage);
    for (let i = 0; i < pictures; i += 1)
      connectors.storage(tenant, storage).put(`${i}.jpg`, fileOf(3 + (i % 9), 1));
    const { job_id } = await startScan(ports)(tenant, { storage_id: storage, recursive: true });
    await runJob<'scan'>({ ...ports, runners: { scan: scanRunner(ports) } })(job_id);
    return job_id;
  }
  const addLocation = (tenant_id: TenantId, storage_id: StorageId) =>
    storages.add(tenant_id, storageLocation({ tenant_id, storage_id }), 10);

  await scan(LARGE);
  const before = sent.length;
  await scan(SMALL);
  await new Promise((resolve) => setImmediate(resolve)); // all messages have arrived
  open();
  await expect.poll(() => done, { timeout: 20_000, interval: 5 }).toBe(SMALL.pictures);
  consumed.stop();
  return { imported, before, groups: publisher.groups };
}

describe('scans of two tenants', () => {
  it('have no picture wait behind the other’s scan', async () => {
    const { imported, before, groups } = await twoScans((tenant) => tenant);
    expect(before).toBe(MAX_IN_FLIGHT); // of 3 000: the rest waits in the bucket
    // Those that were in work come first; then the small tenant's take every importer that gets free.
    const last = imported.lastIndexOf(SMALL.tenant);
    expect(last).toBeLessThan(IMPORTERS + 2 * SMALL.pictures);
    // The pipeline behind is fair by the same groups.
    expect(groups.filter((tenant) => tenant === SMALL.tenant)).toHaveLength(2 * SMALL.pictures);
  });

  it('would have it wait in a queue that knows no tenants', async () => {
    const { imported, before } = await twoScans(() => 'all');
    expect(imported.indexOf(SMALL.tenant)).toBeGreaterThanOrEqual(before);
  });
});
