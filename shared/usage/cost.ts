import { graphMemory, type VectorStorage } from '#shared/vector-index/graph-memory.ts';
import type { Usage } from './usage.ts';

/**
 * US dollars: AWS's on-demand list prices in us-east-1 of November 2026, without discounts and free tiers. docs/cost.md
 * explains each; check them against the price list before billing by them.
 */
export const PRICES = {
  /** Per GB and month in S3 Standard. */
  s3GbMonth: 0.023,
  /** Per GB and month in a DynamoDB table. */
  dynamoDbGbMonth: 0.25,
  /** Per GB and month of an OpenSearch node's memory: an r7g.large.search with 16 GB at 0.167 an hour, 730 hours. */
  indexMemoryGbMonth: (0.167 * 730) / 16,
  /** Per interface endpoint, availability zone and month: 0.01 an hour, 730 hours. */
  interfaceEndpointMonth: 0.01 * 730,
  /** Per NAT gateway and month: 0.045 an hour, 730 hours; traffic is 0.045 per GB. */
  natGatewayMonth: 0.045 * 730,
  /** Per search: the authorizer, 1.7 vCPUs of Lambda for 0.3 s, API Gateway, reads. */
  search: 22e-6,
  /** Per ingested image: validation, its share of a worker, queues, about 36 writes. */
  upload: 60e-6,
  /** Per other call: API Gateway, the authorizer, a short function, the meter. */
  request: 9e-6,
} as const;

/** Bytes stored per image besides its own file, measured on photographs: docs/cost.md. */
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

/** Estimates the monthly cost of storing that, in US dollars. */
export function holdingCost({ images, bytes, vectors }: Holding): number {
  const objects = (bytes + images * BYTES_PER_IMAGE.derived) / GB;
  const records = (images * BYTES_PER_IMAGE.records) / GB;
  const memory = indexMemory(vectors) / SHARE_FOR_VECTORS / GB;
  return objects * PRICES.s3GbMonth + records * PRICES.dynamoDbGbMonth + memory * PRICES.indexMemoryGbMonth;
}

/** Estimates the cost of calls, in US dollars. */
export const usageCost = ({ requests, searches, uploads }: Usage): number =>
  searches * PRICES.search + uploads * PRICES.upload + Math.max(0, requests - searches) * PRICES.request;
