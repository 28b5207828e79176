import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { VectorDocument } from '#shared/vector-index/vector-index.ts';
import { eachOf } from '../../each-of.ts';
import type { IndexName, OpenIndex } from './indexes.ts';
import { type Latency, latencyOf } from './latency.ts';
import { type BenchTenant, DIMENSION, type Vectors } from './library.ts';
import { type By, type Found, meanRecall } from './recall.ts';
import type { Questions } from './truth.ts';

export interface TenantFigures {
  questions: Questions;
  recall: Record<By, number>;
  oneCaller: Latency;
  manyCallers: Latency;
}

export interface IndexFigures {
  index: IndexName;
  vectors: number;
  /** Documents a second while it was filled. */
  loaded: number;
  bytes: number;
  tenants: TenantFigures[];
}

/** The least k that a search of the service requests. */
const K = 50;
export const CALLERS = 8;
const MODEL = 'bench';
/** Documents in one call. */
const BATCH = 500;
const ATTEMPTS = 5;

/** Fills an empty index with all tenants' documents, and searches it for the tenants that are measured. */
export async function measureIndex(
  name: IndexName,
  open: OpenIndex,
  library: readonly BenchTenant[],
  questions: readonly Questions[],
): Promise<IndexFigures> {
  const vectors = library.reduce((sum, { documents }) => sum + documents.length, 0);
  await open.index.prepare(MODEL, DIMENSION);
  const startedAt = performance.now();
  await eachOf(`${name}: load ${vectors}`, batchesOf(library), (batch) => load(open, batch), open.writers);
  const loaded = (1000 * vectors) / (performance.now() - startedAt);
  await open.settle();
  const bytes = await open.size();
  const tenants: TenantFigures[] = [];
  await eachOf(`${name}: search ${vectors}`, questions, async (each) => {
    tenants.push(await ask(open, each));
  });
  return { index: name, vectors, loaded, bytes, tenants };
}

interface Batch {
  tenant: TenantId;
  documents: readonly VectorDocument[];
  /** The share of the tenant that precedes it, 0..1. */
  after: number;
}

/** In an order in which all tenants grow at once. */
const batchesOf = (library: readonly BenchTenant[]): Batch[] =>
  library
    .flatMap(({ tenant, documents }) =>
      Array.from({ length: Math.ceil(documents.length / BATCH) }, (_, at) => ({
        tenant,
        documents: documents.slice(at * BATCH, (at + 1) * BATCH),
        after: (at * BATCH) / documents.length,
      })),
    )
    .sort((one, other) => one.after - other.after);

/** A node that is busy with merges may answer too late: as the service's queue does, the batch is sent again. */
async function load(open: OpenIndex, batch: Batch, attempts = ATTEMPTS): Promise<void> {
  try {
    const [fault] = await open.index.upsert(batch.tenant, MODEL, batch.documents);
    if (fault) throw new Error(`${fault.imageId} could not be written: ${fault.reason}`);
  } catch (error) {
    const mayPass = error instanceof Problem && error.code === 'dependency_unavailable';
    if (!mayPass || attempts === 1) throw error;
    await load(open, batch, attempts - 1);
  }
}

async function ask({ index }: OpenIndex, questions: Questions): Promise<TenantFigures> {
  const { tenant, asked } = questions;
  const search = (vectors: Vectors) => index.search(tenant, MODEL, { ...vectors, k: K });
  // The first searches read the files and warm up the compiler.
  for (const { vectors } of asked.slice(0, CALLERS)) await search(vectors);
  const found: Found[] = [];
  const oneCaller = await latencyOf(asked, 1, async ({ vectors, nearest }) => {
    found.push({ nearest, answer: await search(vectors) });
  });
  const manyCallers = await latencyOf(asked, CALLERS, ({ vectors }) => search(vectors));
  const recall = { semantic: meanRecall(found, 'semantic'), copy: meanRecall(found, 'copy') };
  return { questions, recall, oneCaller, manyCallers };
}
