import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import type { DeepLensEvent, EventType } from '#shared/contracts/events/registry.ts';
import { detectDuplicates } from '#shared/duplicates/detect-duplicates.ts';
import type { DuplicateGroup } from '#shared/duplicates/group.ts';
import type { Embedder } from '#shared/embedding/embedder.ts';
import { onnxEmbedder } from '#shared/embedding/onnx-embedder.ts';
import { embedImages } from '#shared/images/embed-image.ts';
import { indexImages } from '#shared/images/index-image.ts';
import { addImage } from '#shared/images/request-upload.ts';
import { validateImage } from '#shared/images/validate-image.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { type ImageId, newKeyId, type TenantId } from '#shared/kernel/ids.ts';
import type { QuerySource } from '#shared/search/query.ts';
import { searchImages } from '#shared/search/search-images.ts';
import type { SimilarityResult } from '#shared/search/search-result.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { lanceDbVectorIndex } from '#shared/vector-index/lancedb-index.ts';
import type { Candidate } from '#shared/vector-index/vector-index.ts';
import { cpuMsSince } from '../cpu-time.ts';
import { memoryBlobs } from '../memory/blobs.ts';
import { memoryGroupStore } from '../memory/group-store.ts';
import { memoryImageStore } from '../memory/image-store.ts';
import { memorySimilarityCache } from '../memory/similarity-cache.ts';

const UNLIMITED = { images: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };

/** The results of a search, the candidates of the index alone, and the cost. */
export interface Answer {
  results: readonly SimilarityResult[];
  candidates: readonly Candidate[];
  /** CPU time of all threads, in milliseconds, decoding and embedding included. */
  cpuMs: number;
  /** The part until the index answered: the cost of the model alone. */
  modelMs: number;
  /** Forward passes: one, and one for each image that the query shows. */
  passes: number;
  /** Stored images that were compared by pixels. */
  pixelComparisons: number;
}

interface ServiceOptions {
  indexDir: string;
  model: string;
  /** Threads of the model; one per core by default. */
  threads?: number;
  /** Find copies by vectors alone, without local descriptors and pixels. */
  vectorsAlone?: boolean;
}

/** Opens the service in one process: the real steps, model and index; records and files in memory. */
export async function openService({ indexDir, model, threads, vectorsAlone = false }: ServiceOptions) {
  const index = await lanceDbVectorIndex({
    uri: indexDir,
    modulePath: fileURLToPath(import.meta.resolve('@lancedb/lancedb')),
  });
  const complete = await onnxEmbedder({
    ...{ modelsDir: 'models', name: model, provider: 'cpu' },
    ...(threads && { threads }),
  });
  const loaded = vectorsAlone ? withoutDescriptors(complete) : complete;
  const measured: {
    candidates?: Candidate[];
    modelMs?: number;
    passes: number;
    pixelComparisons: number;
    before: NodeJS.CpuUsage;
  } = { passes: 0, pixelComparisons: 0, before: process.cpuUsage() };
  const embedder: typeof loaded = {
    ...loaded,
    embed: (inputs) => {
      measured.passes += inputs.length;
      return loaded.embed(inputs);
    },
  };
  const [imageStore, blobs, groups, imaging] = [
    memoryImageStore(),
    memoryBlobs(),
    memoryGroupStore(),
    sharpImaging(),
  ];
  const published: DeepLensEvent[] = [];
  const publisher = {
    publish: async (_: TenantId, events: readonly DeepLensEvent[]) => void published.push(...events),
  };
  const tenants = { get: async (tenant_id: TenantId) => tenantNamed(tenant_id) };
  const ports = {
    ...{ imageStore, blobs, groups, imaging, index, publisher, tenants },
    ...{ models: [model] as const, manifests: [embedder.manifest] as const },
  };

  const add = addImage(ports);
  const validate = validateImage(ports);
  const embed = embedImages({ ...ports, embedders: [embedder] });
  const indexAll = indexImages(ports);
  const detect = detectDuplicates(
    vectorsAlone ? { ...ports, blobs: { ...blobs, get: async () => undefined } } : ports,
  );
  const search = searchImages({
    ...ports,
    cache: memorySimilarityCache(),
    installed: { embedder: async () => embedder },
    index: {
      async search(...given) {
        const candidates = await index.search(...given);
        measured.candidates ??= candidates; // a search by an embedded image comes later
        measured.modelMs ??= cpuMsSince(measured.before);
        return candidates;
      },
    },
    blobs: {
      ...blobs,
      get(...given) {
        measured.pixelComparisons += 1;
        return blobs.get(...given);
      },
    },
  });
  const takeEvent = <T extends EventType>(type: T) =>
    published.splice(0).find((event): event is Extract<DeepLensEvent, { type: T }> => event.type === type);

  return {
    /** Ingests an image through every step. @returns undefined if it is refused */
    async ingest(tenant: TenantId, bytes: Uint8Array, filename: string): Promise<ImageId | undefined> {
      const upload = { filename, contentType: await mediaTypeOf(bytes), size: bytes.length };
      const { image_id } = await add(tenant, upload, bytes, UNLIMITED, filename);
      await validate(tenant, image_id, { key: objectKeys.upload(tenant, image_id), size: bytes.length });
      const validated = takeEvent('images.validated');
      if (validated) await embed([validated]);
      const processed = takeEvent('images.processed');
      if (processed) await indexAll([processed]);
      const indexed = takeEvent('images.indexed');
      if (!indexed) return undefined;
      await detect(indexed);
      published.splice(0);
      return image_id;
    },
    /** Searches with the bytes of an image, or with a stored one. */
    async search(tenant: TenantId, source: QuerySource, maxResults = 20): Promise<Answer> {
      const before = process.cpuUsage();
      Object.assign(measured, {
        candidates: undefined,
        modelMs: undefined,
        passes: 0,
        pixelComparisons: 0,
        before,
      });
      const { results } = await search(tenant, {
        ...{ source, threshold: 0, maxResults },
        includeMetadata: false,
        models: [model],
        thumbnailUrl: (image) => image,
      });
      const cpuMs = cpuMsSince(before);
      const { candidates = [], modelMs = cpuMs, passes, pixelComparisons } = measured;
      return { results, candidates, cpuMs, modelMs, passes, pixelComparisons };
    },
    async groups(tenant: TenantId): Promise<DuplicateGroup[]> {
      return (await groups.list(tenant, { limit: 10_000 })).items;
    },
  };
}
export type Service = Awaited<ReturnType<typeof openService>>;

/** Returns the type that the bytes have, whatever their name says. */
async function mediaTypeOf(bytes: Uint8Array): Promise<string> {
  const { format } = await sharp(bytes).metadata();
  return `image/${format}`;
}

function withoutDescriptors({ manifest, ...embedder }: Embedder): Embedder {
  const { local: _, ...thresholds } = manifest.thresholds;
  const outputs = manifest.outputs.filter(({ use }) => use !== 'verification');
  return {
    ...embedder,
    manifest: { ...manifest, thresholds, outputs },
    async embed(inputs) {
      return (await embedder.embed(inputs)).map(({ local: _, ...vectors }) => vectors);
    },
  };
}

const tenantNamed = (tenant_id: TenantId): Tenant => ({
  tenant_id,
  name: tenant_id,
  plan: 'enterprise',
  state: 'active',
  created_at: new Date(0).toISOString(),
  first_key_id: newKeyId(),
});
