import type { StorageObject } from '#shared/connectors/connector.ts';
import type { Connectors } from '#shared/connectors/connectors.ts';
import { indexImages } from '#shared/images/index-image.ts';
import { cancelJob } from '#shared/jobs/cancel-job.ts';
import type { Scan } from '#shared/jobs/job.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import { type ImageId, imageId, type JobId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { FairQueue } from '#shared/messaging/fair-queue.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import { confirmScan } from '#shared/scans/confirm-scan.ts';
import { ImportMessage } from '#shared/scans/import-message.ts';
import { importObject } from '#shared/scans/import-object.ts';
import { noteChange } from '#shared/scans/note-change.ts';
import { scanRunner } from '#shared/scans/run-scan.ts';
import { startChanges } from '#shared/scans/start-changes.ts';
import { type ScanRequest, startScan } from '#shared/scans/start-scan.ts';
import { imageVisibility } from '#shared/scans/visibility.ts';
import type { StorageLocation } from '#shared/storages/storage-location.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { fileImaging } from '../../fixtures/byte-files.ts';
import { type Crash, Crashed, mortalPorts } from '../../fixtures/mortal-ports.ts';
import { storageLocation } from '../../fixtures/storage-location.ts';
import { tenantNamed } from '../../fixtures/tenant.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryCatalogue } from '../../memory/catalogue.ts';
import { memoryConnectors } from '../../memory/connectors.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryJobErrors } from '../../memory/job-errors.ts';
import { memoryJobStore } from '../../memory/job-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';
import { memoryStorageStore } from '../../memory/storage-store.ts';
import { memoryWindows } from '../../memory/window-store.ts';
import { embedded } from './embedded.ts';

export const ACME = tenantId('acme');

/** A location of a tenant with its scans: queues that deliver at least once, a pipeline, and steps that die at any call. */
export async function scanWorld({
  pageSize = 4,
  plan = 'enterprise',
  location: fields = {},
  order,
  index,
}: {
  pageSize?: number;
  plan?: 'enterprise' | 'free';
  location?: Partial<StorageLocation>;
  /** The order in which the server lists; by default that of the keys' bytes. */
  order?: (one: string, other: string) => number;
  /** An index with the models `first` and `second`; absent: images are indexed nowhere. */
  index?: VectorIndex;
} = {}) {
  const clock = { now: Date.parse('2026-11-20T00:00:00.000Z') };
  const now = () => new Date(clock.now);
  const [jobs, storages, catalogue, errors] = [
    memoryJobStore(),
    memoryStorageStore(),
    memoryCatalogue(),
    memoryJobErrors(),
  ];
  const [imageStore, blobs, publisher] = [memoryImageStore(), memoryBlobs(), memoryPublisher()];
  const location = storageLocation(fields);
  await storages.add(ACME, location, 10);
  const memory = memoryConnectors({ pageSize });
  const storage = memory.storage(ACME, location.storage_id);
  const connectors = order ? listedIn(memory, order, pageSize) : memory;
  const messages: { job: JobId; at: number }[] = [];
  const imports: { message: ImportMessage; at: number }[] = [];
  const queue = {
    async send(job: JobId, delaySeconds = 0) {
      messages.push({ job, at: clock.now + delaySeconds * 1000 });
    },
  };
  const fairQueue: FairQueue = {
    name: 'imports',
    send: () => Promise.reject(new Error('sends many')),
    async sendAll(_, bodies) {
      imports.push(
        ...bodies.map((body) => ({ message: ImportMessage.parse(structuredClone(body)), at: clock.now })),
      );
    },
  };
  const owner = { ...tenantNamed(ACME), plan };
  const tenants = { get: async () => owner };
  const hidden = new Set<ImageId>();
  const limiter = leasingLimiter(memoryWindows(), () => clock.now);
  const recorded = {
    hide: async (_: typeof ACME, { image_id }: { image_id: ImageId }) => void hidden.add(image_id),
    show: async (_: typeof ACME, { image_id }: { image_id: ImageId }) => void hidden.delete(image_id),
  };
  const visibility = index ? imageVisibility({ imageStore, index }) : recorded;
  const indexAll = index && indexImages({ imageStore, index, publisher, now });
  const purge = async (_: typeof ACME, image: ImageId) => {
    await imageStore.markPurged(ACME, image, now().toISOString());
  };

  function portsWith(crash?: Crash) {
    const mortal = mortalPorts(crash, ['range', 'queued']);
    return {
      ...{ now, tenants, limiter, models: ['first'] as const, imaging: fileImaging },
      catalogue: mortal(catalogue),
      connectors: mortal(connectors),
      credentials: async () => undefined,
      storages: mortal(storages),
      jobs: mortal(jobs),
      queue: mortal(queue),
      errors: mortal(errors),
      imports: mortal(fairQueue),
      imageStore: mortal(imageStore),
      blobs: mortal(blobs),
      publisher: mortal(publisher),
      purge,
      visibility,
      budgetSeconds: 1_000_000,
    };
  }

  /** Runs a step that may die or fail: its message is delivered again. @returns true if it ended */
  async function attempt(run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      if (error instanceof Crashed || (error instanceof Problem && error.retryable)) return false;
      throw error;
    }
  }

  const run = (job: JobId, crash?: Crash) => {
    const ports = portsWith(crash);
    return attempt(() => runJob<'scan'>({ ...ports, runners: { scan: scanRunner(ports) } })(job));
  };
  const bringIn = (message: ImportMessage, crash?: Crash) =>
    attempt(() => importObject(portsWith(crash))(message));

  /** Embeds and indexes what was validated. */
  async function pipeline() {
    for (const event of publisher.events.splice(0)) {
      if (event.type !== 'images.validated') continue;
      const image = imageId(event.subject);
      if (indexAll) {
        const [outcome] = await indexAll([embedded(event)]);
        if (outcome?.status === 'rejected') throw outcome.reason;
      } else {
        await imageStore.advance(ACME, image, 'processed', now().toISOString());
        await imageStore.advance(ACME, image, 'indexed', now().toISOString());
      }
    }
  }

  const steps = {
    /** Delivers a message of a job. @param keep delivers it again later, too */
    async deliverJob(position: number, keep = false, crash?: Crash) {
      const [message] = messages.splice(position % Math.max(1, messages.length), 1);
      if (!message) return;
      clock.now = Math.max(clock.now, message.at);
      if (!(await run(message.job, crash)) || keep) messages.push({ ...message, at: clock.now + 1_000 });
    },
    async deliverImport(position: number, keep = false, crash?: Crash) {
      const [message] = imports.splice(position % Math.max(1, imports.length), 1);
      if (!message) return;
      if (!(await bringIn(message.message, crash)) || keep)
        imports.push({ ...message, at: clock.now + 1_000 });
    },
    pipeline,
  };

  /** Delivers everything until nothing is left. */
  async function settle(most = 3_000): Promise<void> {
    for (let count = 0; count < most; count += 1) {
      if (imports.length === 0 && messages.length === 0) return;
      while (imports.length > 0) await steps.deliverImport(0);
      await pipeline();
      await steps.deliverJob(0);
    }
    throw new Error('the scan never ends');
  }

  const startPorts = { jobs, queue, storages, now };
  const note = noteChange({ storages, tenants, catalogue, start: startChanges(startPorts) });
  const scanOf = async (id: JobId): Promise<Scan> => {
    const job = await jobs.get(id);
    if (job?.kind !== 'scan') throw new Error('there is no such scan');
    return job;
  };
  const queues = {
    ...{ scan: queue, model_migration: queue, model_rollback: queue },
    ...{ index_rebuild: queue, index_check: queue, index_move: queue },
  };
  return {
    ...{
      clock,
      now,
      jobs,
      storages,
      catalogue,
      errors,
      imageStore,
      blobs,
      publisher,
      storage,
      imports,
      messages,
    },
    ...{ location, owner, steps, settle, hidden, scanOf, portsWith, run },
    start: (request: Partial<ScanRequest> = {}) =>
      startScan(startPorts)(ACME, { storage_id: location.storage_id, recursive: true, ...request }),
    /** Starts a scan and waits for its end. */
    async scan(request: Partial<ScanRequest> = {}): Promise<Scan> {
      const { job_id } = await startScan(startPorts)(ACME, {
        ...{ storage_id: location.storage_id, recursive: true },
        ...request,
      });
      await settle();
      return scanOf(job_id);
    },
    /** Delivers an event of the bucket. */
    event: (key: string, storage_id = location.storage_id) =>
      note({ tenant_id: ACME, storage_id, event: { detail: { object: { key } } } }),
    confirm: async (id: JobId) => confirmScan({ jobs, queue, now })(await scanOf(id)),
    cancel: async (id: JobId) => cancelJob({ jobs, queues, now })(await scanOf(id)),
    /** The images that are in the library, by the paths of their objects. */
    async library(): Promise<Map<string, ImageId[]>> {
      const { items } = await imageStore.list(ACME, { limit: 10_000 });
      const paths = new Map<string, ImageId[]>();
      for (const { image_id, file_path, status } of items)
        if (status !== 'purged') paths.set(file_path, [...(paths.get(file_path) ?? []), image_id]);
      return paths;
    },
  };
}

/** Storages whose servers list in another order. */
const listedIn = (
  connectors: Connectors,
  order: (one: string, other: string) => number,
  pageSize: number,
): Connectors => ({
  async open(...location) {
    const connector = await connectors.open(...location);
    return {
      ...connector,
      async *list({ after }) {
        const all: StorageObject[] = [];
        for await (const page of connector.list({})) all.push(...page);
        const rest = all
          .sort((one, other) => order(one.key, other.key))
          .filter(({ key }) => after === undefined || order(key, after) > 0);
        for (let start = 0; start < rest.length; start += pageSize) yield rest.slice(start, start + pageSize);
      },
    };
  },
});
