import { graphMemory, type VectorStorage } from '#shared/vector-index/graph-memory.ts';
import { HOURS_A_MONTH, INDEX_NODES, LIST_PRICES } from './prices.ts';
import { unitCost } from './unit-costs.ts';
import type { Usage } from './usage.ts';

/** Per GB and month of an OpenSearch node's memory, by the smallest node that environments use. */
const INDEX_MEMORY_GB_MONTH = (() => {
  const { hour = Number.NaN, memoryGb = Number.NaN } = INDEX_NODES['r7g.large.search'] ?? {};
  return (hour * HOURS_A_MONTH) / memoryGb;
})();

/** Bytes stored per image besides its own file, measured on photographs: docs/operate/cost.md. */
export const BYTES_PER_IMAGE = {
  /** Two thumbnails and the lossless model image. */
  derived: 320_000,
  /** In DynamoDB: the record and its copies in indexes, vectors and local descriptors. */
  records: 30_000,
} as const;

const DIMENSION = 256;
/** A primary and a replica. */
const COPIES = 2;
/** Half of a node's memory is the JVM's heap; the other half holds graphs and vectors. */
const SHARE_FOR_VECTORS = 0.5;
const GB = 1e9;

/** Estimates the bytes of memory that vectors take over all nodes. */
export const indexMemory = (vectors: number, storage: VectorStorage = 'float'): number =>
  graphMemory(DIMENSION, storage) * vectors * COPIES;

/** Stored images, bytes and vectors of a tenant. */
export interface Holding {
  images: number;
  /** Bytes of the images' own files. */
  bytes: number;
  vectors: number;
}

/** Estimates the monthly cost of storing that, in US dollars: files and derivatives, records, and the index's memory. */
export function holdingCosts({ images, bytes, vectors }: Holding): {
  objects: number;
  records: number;
  memory: number;
} {
  return {
    objects: ((bytes + images * BYTES_PER_IMAGE.derived) / GB) * LIST_PRICES.s3GbMonth,
    records: ((images * BYTES_PER_IMAGE.records) / GB) * LIST_PRICES.dynamoDbGbMonth,
    memory: nodeMemory(vectors) * INDEX_MEMORY_GB_MONTH,
  };
}

/** Estimates the sum of these costs. */
export function holdingCost(holding: Holding): number {
  const { objects, records, memory } = holdingCosts(holding);
  return objects + records + memory;
}

/** Estimates the GB of memory of data nodes that vectors need. */
export const nodeMemory = (vectors: number): number => indexMemory(vectors) / SHARE_FOR_VECTORS / GB;

/** Estimates the cost of calls, in US dollars. */
export const usageCost = ({ requests, searches, uploads }: Usage): number =>
  searches * unitCost('search') +
  uploads * unitCost('upload') +
  Math.max(0, requests - searches) * unitCost('request');
