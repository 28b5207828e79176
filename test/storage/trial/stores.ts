import type { StorageTarget } from '#shared/connectors/storage-target.ts';
import type { DeepLensEvent } from '#shared/contracts/events/registry.ts';
import { vectorDocument } from '#shared/images/vector-document.ts';
import { type ImageId, imageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { FairQueue } from '#shared/messaging/fair-queue.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import type { Catalogue, CatalogueEntry, QueuedObject } from '#shared/scans/catalogue.ts';
import { ImportMessage } from '#shared/scans/import-message.ts';
import { purgeIfThere } from '#shared/scans/purge-if-there.ts';
import { imageVisibility } from '#shared/scans/visibility.ts';
import { StorageLocation } from '#shared/storages/storage-location.ts';
import { tenantNamed } from '../../fixtures/tenant.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryCatalogue } from '../../memory/catalogue.ts';
import { memoryGroupStore } from '../../memory/group-store.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryJobErrors } from '../../memory/job-errors.ts';
import { memoryJobStore } from '../../memory/job-store.ts';
import { memorySimilarityCache } from '../../memory/similarity-cache.ts';
import { memoryStorageStore } from '../../memory/storage-store.ts';
import { memoryVectorIndex } from '../../memory/vector-index.ts';
import { memoryWindows } from '../../memory/window-store.ts';
import type { trialQueue } from './queue.ts';

export const ACME = tenantId('acme');
/** More uploads a minute than any server here has: its limit is tested elsewhere. */
const LIMITS = { uploads: 1e9, stored_images: 1e6 };
/** The vectors of every image: what they are does not matter here. */
const VECTOR = Float32Array.of(1, 0);
const MODEL = 'trial';
/** Entries that one call of a listing returns. */
const PAGE = 500;

/**
 * What has to survive the worker, and the pipeline behind it: an image that is validated is in the index at once.
 * @param target where the location's storage is now
 */
export async function trialStores(queue: ReturnType<typeof trialQueue>, target: () => StorageTarget) {
  const [jobs, storages, catalogue, imageStore] = [
    memoryJobStore(),
    memoryStorageStore(),
    memoryCatalogue(),
    memoryImageStore(),
  ];
  const [blobs, index, errors] = [memoryBlobs(), memoryVectorIndex(), memoryJobErrors()];
  const owner = { ...tenantNamed(ACME), plan: 'enterprise' as const, limits: LIMITS };
  /** Keys of the objects that were opened. */
  const opened = new Set<string>();
  await index.prepare(MODEL, VECTOR.length);

  async function indexed(tenant: TenantId, image: ImageId): Promise<void> {
    const embedding = { copy: VECTOR, semantic: VECTOR };
    await imageStore.advance(tenant, image, 'processed', new Date().toISOString());
    const record = await imageStore.get(tenant, image);
    if (record?.status !== 'processed' || record.format === undefined) return; // a repeated event
    await imageStore.putVectors(tenant, image, MODEL, embedding);
    const document = vectorDocument(image, { ...record, format: record.format }, embedding);
    await index.upsert(tenant, MODEL, [document]);
    await imageStore.advance(tenant, image, 'indexed', new Date().toISOString(), { models: [MODEL] });
  }
  const publisher: EventPublisher = {
    async publish(tenant, events: readonly DeepLensEvent[]) {
      for (const { type, subject } of events)
        if (type === 'images.validated') await indexed(tenant, imageId(subject));
    },
  };
  const imports: FairQueue = {
    name: 'imports',
    send: () => Promise.reject(new Error('nothing sends one message')),
    async sendAll(_, bodies) {
      for (const body of bodies) queue.send({ what: 'import', message: ImportMessage.parse(body) });
    },
  };
  const jobQueue = {
    send: async (job: Parameters<typeof jobs.get>[0], seconds = 0) =>
      queue.send({ what: 'scan', job }, seconds * 1_000),
  };
  const limiter = leasingLimiter(memoryWindows());
  const cache = memorySimilarityCache();
  return {
    ...{ jobs, storages, catalogue, imageStore, index, jobQueue, opened },
    /** Searches find so many images. */
    found: () => index.count(ACME, MODEL),
    /** What the worker calls. */
    ports: {
      ...{ jobs, catalogue, imageStore, errors, imports, limiter, publisher },
      storages: {
        change: storages.change,
        async get(...whose: Parameters<typeof storages.get>) {
          const location = await storages.get(...whose);
          return location && StorageLocation.parse({ ...location, ...target() });
        },
      },
      blobs: { put: blobs.put, discard: blobs.discard },
      queue: jobQueue,
      tenants: { get: async () => owner },
      visibility: imageVisibility({ imageStore, index }),
      images: { purge: purgeIfThere({ imageStore, blobs, index, cache, groups: memoryGroupStore() }) },
      opened: { note: async (key: string) => void opened.add(key) },
      lists: {
        async range(...range: Parameters<Catalogue['range']>) {
          const entries: CatalogueEntry[] = [];
          for await (const entry of catalogue.range(...range)) if (entries.push(entry) === PAGE) break;
          return entries;
        },
        async queued(...whose: Parameters<Catalogue['queued']>) {
          const objects: QueuedObject[] = [];
          for await (const object of catalogue.queued(...whose)) objects.push(object);
          return objects;
        },
      },
    },
    /** The paths of the images that were not purged. */
    async library(): Promise<string[]> {
      const paths: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await imageStore.list(ACME, { limit: PAGE, ...(cursor && { cursor }) });
        for (const { file_path, status } of page.items) if (status !== 'purged') paths.push(file_path);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return paths.sort();
    },
    /** Images that the catalogue does not name, though they were not purged. */
    async unnamed(storage: Parameters<Catalogue['range']>[1]): Promise<number> {
      const named = new Set(catalogue.entries(ACME, storage).flatMap(({ image }) => image ?? []));
      const { items } = await imageStore.list(ACME, { limit: 1_000_000 });
      return items.filter(({ image_id, status }) => status !== 'purged' && !named.has(image_id)).length;
    },
  };
}
