import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { VectorDocument } from '#shared/vector-index/vector-index.ts';
import { eachOf } from '../../each-of.ts';
import type { IndexName, OpenIndex } from './indexes.ts';
import { type Latency, latencyOf } from './latency.ts';
import { type BenchTenant, DIMENSION, type Vectors } from './library.ts';
import { type Answered, meanRecall, type VectorKind } from './recall.ts';
import type { QuerySet } from './truth.ts';

export interface TenantFigures {
  querySet: QuerySet;
  recall: Record<VectorKind, number>;
  oneCaller: Latency;
  manyCallers: Latency;
}

export interface IndexFigures {
  index: IndexName;
  vectors: number;
  /** Documents written per second. */
  loaded: number;
  bytes: number;
  tenants: TenantFigures[];
}

/** The smallest k of the service's searches. */
const K = 50;
export const CALLERS = 8;
const MODEL = 'bench';
/** Documents per call. */
const BATCH = 500;
const ATTEMPTS = 5;

/** Fills an empty index with all tenants' documents, then searches for the measured tenants. */
export async function measureIndex(
  name: IndexName,
  open: OpenIndex,
  library: readonly BenchTenant[],
  querySets: readonly QuerySet[],
): Promise<IndexFigures> {
  const vectors = library.reduce((sum, { documents }) => sum + documents.length, 0);
  await open.index.prepare(MODEL, DIMENSION);
  const startedAt = performance.now();
  await eachOf(`${name}: load ${vectors}`, batchesOf(library), (batch) => load(open, batch), open.writers);
  const loaded = (1000 * vectors) / (performance.now() - startedAt);
  await open.settle();
  const bytes = await open.size();
  const tenants: TenantFigures[] = [];
  await eachOf(`${name}: search ${vectors}`, querySets, async (each) => {
    tenants.push(await searchTenant(open, each));
  });
  return { index: name, vectors, loaded, bytes, tenants };
}

interface Batch {
  tenant: TenantId;
  documents: readonly VectorDocument[];
  /** Share of the tenant's documents before this batch, 0 to 1. */
  position: number;
}

/** Interleaves the tenants' batches, so that all tenants grow together. */
const batchesOf = (library: readonly BenchTenant[]): Batch[] =>
  library
    .flatMap(({ tenant, documents }) =>
      Array.from({ length: Math.ceil(documents.length / BATCH) }, (_, at) => ({
        tenant,
        documents: documents.slice(at * BATCH, (at + 1) * BATCH),
        position: (at * BATCH) / documents.length,
      })),
    )
    .sort((one, other) => one.position - other.position);

/** Retries a batch if the node times out, for example during merges, as the service's queue does. */
async function load(open: OpenIndex, batch: Batch, attempts = ATTEMPTS): Promise<void> {
  try {
    const [fault] = await open.index.upsert(batch.tenant, MODEL, batch.documents);
    if (fault) throw new Error(`${fault.imageId} could not be written: ${fault.reason}`);
  } catch (error) {
    const isTransient = error instanceof Problem && error.code === 'dependency_unavailable';
    if (!isTransient || attempts === 1) throw error;
    await load(open, batch, attempts - 1);
  }
}

async function searchTenant({ index }: OpenIndex, querySet: QuerySet): Promise<TenantFigures> {
  const { tenant, queries } = querySet;
  const search = (vectors: Vectors) => index.search(tenant, MODEL, { ...vectors, k: K });
  // The first searches read the files and warm up the compiler.
  for (const { vectors } of queries.slice(0, CALLERS)) await search(vectors);
  const answered: Answered[] = [];
  const oneCaller = await latencyOf(queries, 1, async ({ vectors, nearest }) => {
    answered.push({ nearest, answer: await search(vectors) });
  });
  const manyCallers = await latencyOf(queries, CALLERS, ({ vectors }) => search(vectors));
  const recall = { semantic: meanRecall(answered, 'semantic'), copy: meanRecall(answered, 'copy') };
  return { querySet, recall, oneCaller, manyCallers };
}
